import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind } from '../../core/promotion/state.js';
import { pointAliasToLive } from '../alias/write.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { laneHistory, nextPosition } from './history.js';
import { type Candidate, isHolding, lockCandidate, type LockedLane, lockLane, nextInQueue } from './read.js';

/** Who holds a lane, and with which fencing token. */
export interface LaneHold {
  readonly promotionId: string;
  readonly workflowId: string;
  readonly fencingToken: number;
}

/**
 * Brings a lane up to date with its promotions, in one transaction: frees it when the holder no longer needs it, lets a
 * rollback take it from a holder that has not begun to deploy, and grants it to the next in the queue with a higher
 * token.
 *
 * @param closed the holder whose run was seen to end in Temporal; if it recorded no outcome, it is closed here, and the
 *   lane points back to what is live
 */
export async function settleLane(
  tx: Transaction,
  lane: { readonly product: string; readonly lane: Lane; readonly closed?: string | undefined },
): Promise<LaneHold | undefined> {
  await tx.query('insert into lanes (tenant_id, product, lane) values ($1, $2, $3) on conflict do nothing', [
    tx.tenant,
    lane.product,
    lane.lane,
  ]);
  const held = (await lockLane(tx, lane.product, lane.lane)) as LockedLane;
  const holder = held.holder === null ? undefined : await lockCandidate(tx, held.holder);
  if (holder !== undefined && holder.id === lane.closed && isHolding(holder)) {
    await closeUnrecorded(tx, lane, holder, held.fencingToken);
    return grantNext(tx, lane, held.fencingToken);
  }
  if (holder === undefined || !isHolding(holder)) return grantNext(tx, lane, held.fencingToken);
  const next = await nextInQueue(tx, lane, holder.id);
  const preempts =
    next?.kind === 'ROLLBACK' &&
    holder.kind === 'PROMOTION' &&
    (holder.state === 'QUEUED' || holder.state === 'GUARDING');
  if (!preempts) return { promotionId: holder.id, workflowId: holder.workflow_id, fencingToken: held.fencingToken };
  await tx.query("update promotions set state = 'QUEUED', updated_at = now() where tenant_id = $1 and id = $2", [
    tx.tenant,
    holder.id,
  ]);
  await appendEvent(tx, {
    type: 'lane.revoked',
    product: lane.product,
    lane: lane.lane,
    promotionId: holder.id,
    data: { by: next.id },
  });
  return grantNext(tx, lane, held.fencingToken, holder.id);
}

async function closeUnrecorded(
  tx: Transaction,
  lane: { readonly product: string; readonly lane: Lane },
  holder: Candidate,
  token: number,
): Promise<void> {
  const reason = 'its run was ended in Temporal';
  await tx.query(
    `update promotions set state = 'ABORTED', reason = $3, ended_at = now(), updated_at = now()
      where tenant_id = $1 and id = $2`,
    [tx.tenant, holder.id, reason],
  );
  await appendEvent(tx, {
    type: 'promotion.transitioned',
    product: lane.product,
    lane: lane.lane,
    promotionId: holder.id,
    data: { from: holder.state, to: 'ABORTED', reason },
  });
  if (holder.switched)
    await pointAliasToLive(tx, {
      ...lane,
      promotionId: holder.id,
      fencingToken: token,
      idempotencyKey: `${holder.workflow_id}/${holder.id}/closed`,
    });
}

async function grantNext(
  tx: Transaction,
  lane: { readonly product: string; readonly lane: Lane },
  token: number,
  except?: string,
): Promise<LaneHold | undefined> {
  const next = await nextInQueue(tx, lane, except);
  // The token rises also when the lane is freed without a successor: what the last holder still has in flight is
  // stale from here on.
  const fencingToken = token + 1;
  await tx.query(
    `update lanes set holder_promotion_id = $4, fencing_token = $5
      where tenant_id = $1 and product = $2 and lane = $3
        and (holder_promotion_id is not null or $4::text is not null)`,
    [tx.tenant, lane.product, lane.lane, next?.id ?? null, fencingToken],
  );
  if (next === undefined) return undefined;
  await appendEvent(tx, {
    type: 'lane.granted',
    product: lane.product,
    lane: lane.lane,
    promotionId: next.id,
    data: { fencingToken },
  });
  return { promotionId: next.id, workflowId: next.workflow_id, fencingToken };
}

/**
 * Records that a promotion went live: pushes its bundle or, for a rollback, withdraws what was above; an event notifies
 * the promotion that was live before.
 */
export async function recordLive(
  tx: Transaction,
  promotion: {
    readonly id: string;
    readonly product: string;
    readonly lane: Lane;
    readonly bundle: Digest;
    readonly kind: PromotionKind;
  },
): Promise<void> {
  const { product, lane } = promotion;
  if (promotion.kind === 'ROLLBACK') await withdraw(tx, promotion);
  else {
    const position = await nextPosition(tx, product, lane);
    await tx.query(
      `insert into lane_history (tenant_id, product, lane, position, bundle_digest, promotion_id, live_at)
       values ($1, $2, $3, $4, $5, $6, now())`,
      [tx.tenant, product, lane, position, promotion.bundle, promotion.id],
    );
  }
  const how = promotion.kind === 'ROLLBACK' ? 'ROLLED_BACK' : 'SUPERSEDED';
  const reason = `${how === 'ROLLED_BACK' ? 'rolled back' : 'superseded'} by promotion ${shortId(promotion.id)}`;
  const ended = await tx.query<{ id: string; bundle_digest: Digest }>(
    `update promotions set state = $5, reason = $6, ended_at = now(), updated_at = now()
      where tenant_id = $1 and product = $2 and lane = $3 and state = 'LIVE' and id <> $4 returning id, bundle_digest`,
    [tx.tenant, product, lane, promotion.id, how, reason],
  );
  for (const row of ended) {
    await appendEvent(tx, {
      type: 'promotion.superseded',
      product,
      lane,
      bundleDigest: row.bundle_digest,
      promotionId: row.id,
      data: { by: promotion.id, how },
    });
  }
}

async function withdraw(
  tx: Transaction,
  rollback: { readonly id: string; readonly product: string; readonly lane: Lane; readonly bundle: Digest },
): Promise<void> {
  const history = await laneHistory(tx, rollback.product, rollback.lane, 1_000);
  const target =
    history.slice(1).find((entry) => entry.bundle === rollback.bundle) ??
    history.find((entry) => entry.bundle === rollback.bundle);
  if (target === undefined)
    throw new LanekeeperError('NOTHING_TO_ROLL_BACK', {
      message: `bundle ${shortId(rollback.bundle)} has not been live in ${rollback.lane}`,
    });
  await tx.query(
    `update lane_history set withdrawn_by = $4
      where tenant_id = $1 and product = $2 and lane = $3 and withdrawn_by is null and position > $5`,
    [tx.tenant, rollback.product, rollback.lane, rollback.id, target.position],
  );
  await tx.query(
    `update lane_history set promotion_id = $5, live_at = now()
      where tenant_id = $1 and product = $2 and lane = $3 and position = $4`,
    [tx.tenant, rollback.product, rollback.lane, target.position, rollback.id],
  );
}
