import type { ServiceImpl } from '@connectrpc/connect';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import { caseOfPromotion } from '../../../core/decision/case.js';
import { parseDigest } from '../../../core/digest.js';
import { canonicalJson } from '../../../core/hash.js';
import { withReads } from '../../../core/policy/explain-round.js';
import type { GateService } from '#gen/governance/v1/gate_service_pb.js';
import { decisionsOf } from '../../../store/decision/read.js';
import { requireProduct } from '../../../store/product/read.js';
import { lastRound, requireSnapshot, sourcesOfSnapshot } from '../../../store/policy/read.js';
import { factsOfLastRound } from '../../../store/policy/round-facts.js';
import { readLane } from '../../../store/lane/read.js';
import { readPromotion } from '../../../store/promotion/read.js';
import { resolvePolicy, resolvePromotion } from '../../../store/resolve-id.js';
import { requireCaller } from '../identity/caller.js';
import { explainPromotion } from '../promotion/explain.js';
import { laneStatusFor } from '../promotion/opening.js';
import { toCheckRuns, toNotices, toPolicyMessage, toValueSources } from './convert.js';
import type { ApiDeps } from '../deps.js';
import { policiesInForce } from './in-force.js';
import { profileWords } from './profile-words.js';

/** Gates and their verdicts. */
export function createGateService(deps: ApiDeps): ServiceImpl<typeof GateService> {
  const { database } = deps;
  return {
    async listGates(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const id = await resolvePromotion(tx, request.promotionId);
        const round = await lastRound(tx, id);
        const decidedOn = request.explain ? await factsOfLastRound(tx, id) : undefined;
        const gates = decidedOn === undefined ? round.gates : withReads(round.gates, decidedOn);
        return { gates: toCheckRuns({ ...round, gates }, id), notices: toNotices(round.notices) };
      });
    },
    async getPolicySnapshot(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const digest = parseDigest(await resolvePolicy(tx, request.digest));
        const snapshot = await requireSnapshot(tx, digest);
        const sources = toValueSources(await sourcesOfSnapshot(tx, digest));
        return { policy: toPolicyMessage(digest, snapshot), content: canonicalJson(snapshot), sources };
      });
    },
    async listPolicies(request, context) {
      const { tenant } = requireCaller(context);
      const { name } = await database.transaction(tenant, (tx) => requireProduct(tx, request.product));
      return { policies: await policiesInForce(deps, tenant, name) };
    },
    async explainPromotion(request, context) {
      const { tenant } = requireCaller(context);
      return whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) => {
          const promotion = await readPromotion(tx, await resolvePromotion(tx, request.promotionId));
          const round = await lastRound(tx, promotion.id);
          const decisions = await decisionsOf(tx, caseOfPromotion(promotion));
          const lane = await readLane(tx, promotion.product, promotion.lane);
          const profile = await profileWords(tx, known, promotion.product);
          const snapshot = await requireSnapshot(tx, promotion.policyDigest);
          const status = await laneStatusFor(tx, promotion, deps.now());
          return explainPromotion(promotion, { round, decisions, lane, snapshot, profile, status });
        }),
      );
    },
  };
}
