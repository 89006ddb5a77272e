import { laneTargets, servicesOf } from '../../store/alias/read.js';
import { pointAliasToLive, switchAlias, type SwitchRequest } from '../../store/alias/write.js';
import type { Database } from '../../store/database.js';
import type { OwedStep } from '../promotion/perform-step.js';
import { patienceLeft, untilHealthy, untilObserved, verifyRoutes } from './observe-lane.js';
import type { LaneTarget } from './target.js';

/** The embedded lane target: the alias row is the desired state, the router's observation the actual one. */
export function createEmbeddedRouter(database: Database): LaneTarget {
  return {
    apply: ({ owed }) =>
      owed(async (tx, step) =>
        switchAlias(tx, { ...requestOf(step), ...(await servicesOf(tx, step.promotion.bundle)) }),
      ),
    observe: ({ tenant, promotion }, generation) => untilObserved(database, tenant, promotion, generation),
    async verify({ tenant, promotion }) {
      const { targets, services, leftMs } = await database.transaction(tenant, async (tx) => ({
        targets: await laneTargets(tx, promotion.product, promotion.lane),
        services: (await servicesOf(tx, promotion.bundle)).services,
        leftMs: await patienceLeft(tx, promotion),
      }));
      await untilHealthy(leftMs, () => verifyRoutes(promotion, targets, services));
    },
    revert: ({ owed }) => owed((tx, step) => pointAliasToLive(tx, requestOf(step))),
  };
}

function requestOf({ promotion, idempotencyKey, fencingToken }: OwedStep): SwitchRequest {
  const { id: promotionId, product, lane } = promotion;
  return { promotionId, product, lane, idempotencyKey, fencingToken };
}
