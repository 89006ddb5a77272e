import { create } from '@bufbuild/protobuf';
import { newestGates } from '../../../activities/policy/newest-gates.js';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import { readFacts } from '../../../activities/policy/read-facts.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import { wantedBy } from '../../../core/policy/wanted.js';
import { type PlanRequest, type PlanResponse, PlanResponseSchema } from '#gen/release/v1/promotion_service_pb.js';
import { requireBundle } from '../../../store/bundle/read.js';
import { readLane } from '../../../store/lane/read.js';
import { resolveBundle } from '../../../store/resolve-id.js';
import type { Caller } from '../identity/caller.js';
import { toCheckRuns, toLaneSteps, toNotices } from '../policy/convert.js';
import { requireLane, toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { changesBetween } from '../bundle/service.js';

/**
 * Evaluates the gates of a lane for a bundle as if the caller requested its promotion now. Nothing is started or
 * stored.
 */
export async function planPromotion(
  deps: ApiDeps,
  caller: Caller,
  request: Pick<PlanRequest, 'bundle' | 'lane' | 'explain'>,
): Promise<PlanResponse> {
  const { tenant, principal } = caller;
  const lane = requireLane(request.lane);
  const bundle = await deps.database.transaction(tenant, async (tx) =>
    requireBundle(tx, await resolveBundle(tx, request.bundle)),
  );
  const { product, digest } = bundle;
  const context = { product, lane, kind: 'PROMOTION' } as const;
  return whenPrepared(deps, tenant, (known) =>
    deps.database.transaction(tenant, async (tx) => {
      const newest = await newestGates(tx, known, context);
      if ('problem' in newest) throw newest.problem;
      const { snapshot, digest: policyDigest } = newest;
      const subject = { ...context, bundle: digest, policyDigest };
      const facts = await readFacts(tx, known, { ...subject, requester: principal.name, wanted: wantedBy(snapshot) });
      const now = deps.now();
      const { results, notices } = evaluateGates(snapshot, facts, now, [], { explain: request.explain });
      const { live } = await readLane(tx, product, lane);
      const changes =
        live === undefined ? [] : changesBetween((await requireBundle(tx, live.bundle)).manifest, bundle.manifest);
      return create(PlanResponseSchema, {
        bundleDigest: digest,
        product,
        lane: toLane(lane),
        policyDigest,
        gates: toCheckRuns({ number: 0, evaluatedAt: now, gates: results }),
        notices: toNotices(notices),
        liveBundleDigest: live?.bundle ?? '',
        changes,
        definition: newest.definition,
        steps: toLaneSteps(snapshot),
      });
    }),
  );
}
