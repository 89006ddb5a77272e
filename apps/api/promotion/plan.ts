import { create } from '@bufbuild/protobuf';
import { gatherFacts } from '../../../activities/policy/gather-facts.js';
import { digestOfJson } from '../../../core/hash.js';
import type { Lane } from '../../../core/lanes.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import { snapshotPolicy } from '../../../core/policy/model.js';
import { type PlanResponse, PlanResponseSchema } from '#gen/release/v1/promotion_service_pb.js';
import { requireBundle } from '../../../store/bundle/read.js';
import { readLane } from '../../../store/lane/read.js';
import { resolveBundle } from '../../../store/resolve-id.js';
import type { Caller } from '../identity/caller.js';
import { toPlannedCheckRun } from '../policy/convert.js';
import { toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { changesBetween } from '../bundle/service.js';

/**
 * Evaluates the gates of a lane for a bundle as if the caller requested its promotion now. Nothing is started or
 * stored.
 */
export async function planPromotion(
  deps: ApiDeps,
  caller: Caller,
  givenBundle: string,
  lane: Lane,
): Promise<PlanResponse> {
  return deps.database.transaction(caller.tenant, async (tx) => {
    const bundle = await requireBundle(tx, await resolveBundle(tx, givenBundle));
    const snapshot = snapshotPolicy(await deps.policies.policyOf(bundle.product), bundle.product, lane, 'PROMOTION');
    const policyDigest = digestOfJson(snapshot);
    const { product, digest } = bundle;
    const facts = await gatherFacts(tx, deps.blobs, {
      product,
      lane,
      kind: 'PROMOTION',
      bundle: digest,
      policyDigest,
      requester: caller.principal.name,
    });
    const now = deps.now();
    const { results } = evaluateGates(snapshot, facts, now);
    const { live } = await readLane(tx, product, lane);
    const changes =
      live === undefined ? [] : changesBetween((await requireBundle(tx, live.bundle)).manifest, bundle.manifest);
    return create(PlanResponseSchema, {
      bundleDigest: digest,
      product,
      lane: toLane(lane),
      policyDigest,
      gates: results.map((result) => toPlannedCheckRun(result, now)),
      liveBundleDigest: live?.bundle ?? '',
      changes,
    });
  });
}
