import type { LaneOpening } from '#gen/governance/v1/restriction_pb.js';
import { isGating } from '../../../core/promotion/state.js';
import { actionOf, type LaneStatus, statusOfLane } from '../../../core/restriction/closed.js';
import type { Transaction } from '../../../store/database.js';
import { rolesOf } from '../../../store/identity/read.js';
import type { StoredPromotion } from '../../../store/promotion/read.js';
import { restrictionsOn } from '../../../store/restriction/read.js';
import { toLaneOpening } from '../restriction/convert.js';

/** Whether a promotion may take its lane now; undefined where it has begun to deploy or has ended. */
export async function openingOf(
  tx: Transaction,
  promotion: StoredPromotion,
  now: Date,
): Promise<LaneOpening | undefined> {
  const status = await laneStatusFor(tx, promotion, now);
  return status && toLaneOpening(status);
}

/** What closes its lane to a promotion; undefined where it has begun to deploy or has ended. */
export async function laneStatusFor(
  tx: Transaction,
  { state, product, lane, bundle, kind, requester, startsAt }: StoredPromotion,
  now: Date,
): Promise<LaneStatus | undefined> {
  if (!isGating(state) && state !== 'QUEUED' && state !== 'GUARDING') return undefined;
  const restrictions = await restrictionsOn(tx, { product, lane });
  const roles = requester === null ? undefined : (await rolesOf(tx, [requester])).get(requester);
  const invoker = requester !== null && roles !== undefined ? { invoker: { name: requester, roles } } : {};
  return statusOfLane(
    restrictions,
    {
      ...{ product, lane, bundle, action: actionOf(kind), ...invoker },
      ...(startsAt !== null && { startsAt }),
    },
    now,
  );
}
