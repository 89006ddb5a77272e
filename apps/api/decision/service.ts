import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { whenPrepared } from '../../../activities/policy/preparation.js';
import { parseDigest } from '../../../core/digest.js';
import { canonicalJson } from '../../../core/hash.js';
import type { GovernanceCase } from '#gen/governance/v1/case_pb.js';
import type { DecisionService } from '#gen/governance/v1/decision_service_pb.js';
import { listDecisions } from '../../../store/decision/list.js';
import { resolvePromotion } from '../../../store/resolve-id.js';
import { requirePromotion } from '../../../store/promotion/read.js';
import { recordShownFacts } from '../../../store/decision/shown-facts.js';
import { decideUpdate } from '../../../workflows/promotion/contract.js';
import { requireCaller } from '../identity/caller.js';
import { toDecisionMessage } from './convert.js';
import { toLane } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { listPendingCases } from '../case/pending.js';
import { listPublications } from '../case/publications.js';
import { listActions } from './actions.js';
import { listLaneActions } from './lane-actions.js';
import { sendDecision } from './send.js';

/** People's decisions. They are passed on; the promotion workflow verifies and records them. */
export function createDecisionService(deps: ApiDeps): ServiceImpl<typeof DecisionService> {
  const { database } = deps;
  return {
    async getDecisionFacts(request, context) {
      const { tenant } = requireCaller(context);
      return database.transaction(tenant, async (tx) => {
        const promotion = await requirePromotion(tx, await resolvePromotion(tx, request.promotionId));
        const { digest, facts } = await recordShownFacts(tx, promotion.id);
        return {
          promotionId: promotion.id,
          workflowId: promotion.workflowId,
          tenant,
          product: promotion.product,
          lane: toLane(promotion.lane),
          bundleDigest: promotion.bundle,
          policyDigest: parseDigest(promotion.policyDigest),
          facts: canonicalJson(facts),
          factsDigest: digest,
        };
      });
    },
    async submitDecision(request, context) {
      const outcome = await sendDecision(deps, requireCaller(context), {
        promotionId: request.promotionId,
        signed: request.signedDecision,
        update: decideUpdate,
      });
      return { outcome };
    },
    async listPendingApprovals(request, context) {
      const { tenant, principal } = requireCaller(context);
      const cases = await whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) => [
          ...(await listPendingCases(tx, known, principal)),
          ...(await listPublications(tx, known, principal, deps.now())),
        ]),
      );
      cases.sort((one, other) => openedAt(one) - openedAt(other));
      return { cases: request.all ? cases : cases.filter((each) => each.waitsForMe) };
    },
    async listActions(request, context) {
      const { tenant, principal } = requireCaller(context);
      return whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, async (tx) =>
          listActions(tx, known, await resolvePromotion(tx, request.promotionId), principal, deps.now()),
        ),
      );
    },
    async listLaneActions(request, context) {
      const { tenant, principal } = requireCaller(context);
      const actions = await whenPrepared(deps, tenant, (known) =>
        database.transaction(tenant, (tx) => listLaneActions(tx, known, request.of, principal, deps.now())),
      );
      return { actions };
    },
    async listDecisions(request, context) {
      const { tenant } = requireCaller(context);
      const page = await database.transaction(tenant, async (tx) => {
        const promotion = request.promotionId === '' ? '' : await resolvePromotion(tx, request.promotionId);
        return listDecisions(tx, promotion, { size: request.pageSize, token: request.pageToken });
      });
      return { decisions: page.items.map(toDecisionMessage), nextPageToken: page.nextToken };
    },
  };
}

function openedAt(one: GovernanceCase): number {
  return one.openedAt === undefined ? 0 : timestampDate(one.openedAt).getTime();
}
