import type { Lane } from '../../core/lanes.js';
import type { PromotionKind, PromotionPhase } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { pointAliasToLive } from '../alias/write.js';
import { appendEvent } from '../event/write.js';

/** Who holds a lane, and with which fencing token. */
export interface LaneHold {
  readonly promotionId: string;
  readonly workflowId: string;
  readonly fencingToken: number;
}

interface Candidate {
  id: string;
  workflow_id: string;
  kind: PromotionKind;
  state: PromotionPhase;
  switched: boolean;
}

/**
 * Brings a lane up to date with what its promotions say, in one transaction: frees it when the holder no longer needs it, lets a
 * rollback take it from a holder that has not begun to deploy, grants it to the next in the queue with a higher token.
 *
 * @param closed the holder whose run was seen to end in Temporal; if it left no word it is closed here, and the lane points back to what is live
 */
export async function settleLane(tx: Transaction, lane: { readonly product: string; readonly lane: Lane; readonly closed?: string | undefined }): Promise<LaneHold | undefined> {
  await tx.query('insert into lanes (tenant_id, product, lane) values ($1, $2, $3) on conflict do nothing', [tx.tenant, lane.product, lane.lane]);
  const rows = await tx.query<{ holder_promotion_id: string | null; fencing_token: number }>(
    'select holder_promotion_id, fencing_token from lanes where tenant_id = $1 and product = $2 and lane = $3 for update',
    [tx.tenant, lane.product, lane.lane],
  );
  const held = rows[0] as { holder_promotion_id: string | null; fencing_token: number };
  const holder = held.holder_promotion_id === null ? undefined : await candidate(tx, held.holder_promotion_id);
  if (holder !== undefined && holder.id === lane.closed && isHolding(holder)) {
    await closeWithoutWord(tx, lane, holder, held.fencing_token);
    return grantNext(tx, lane, held.fencing_token);
  }
  if (holder === undefined || !isHolding(holder)) return grantNext(tx, lane, held.fencing_token);
  const next = await nextInQueue(tx, lane, holder.id);
  const preempts = next?.kind === 'ROLLBACK' && holder.kind === 'PROMOTION' && (holder.state === 'QUEUED' || holder.state === 'GUARDING');
  if (!preempts) return { promotionId: holder.id, workflowId: holder.workflow_id, fencingToken: held.fencing_token };
  await tx.query("update promotions set state = 'QUEUED', updated_at = now() where tenant_id = $1 and id = $2", [tx.tenant, holder.id]);
  await appendEvent(tx, { type: 'lane.revoked', product: lane.product, lane: lane.lane, promotionId: holder.id, data: { by: next.id } });
  return grantNext(tx, lane, held.fencing_token, holder.id);
}

function isHolding(promotion: Candidate): boolean {
  switch (promotion.state) {
    case 'QUEUED':
    case 'GUARDING':
    case 'DEPLOYING':
    case 'VERIFYING':
      return true;
    case 'ERRORED':
      return promotion.switched;
    case 'REQUESTED':
    case 'GATING':
    case 'AWAITING_APPROVAL':
    case 'LIVE':
    case 'SUPERSEDED':
    case 'ROLLED_BACK':
    case 'REJECTED':
    case 'ABORTED':
    case 'FAILED':
      return false;
  }
}

async function closeWithoutWord(tx: Transaction, lane: { readonly product: string; readonly lane: Lane }, holder: Candidate, token: number): Promise<void> {
  const reason = 'its run was ended in Temporal';
  await tx.query("update promotions set state = 'ABORTED', reason = $3, ended_at = now(), updated_at = now() where tenant_id = $1 and id = $2", [tx.tenant, holder.id, reason]);
  await appendEvent(tx, {
    type: 'promotion.transitioned',
    product: lane.product,
    lane: lane.lane,
    promotionId: holder.id,
    data: { from: holder.state, to: 'ABORTED', reason },
  });
  if (holder.switched) await pointAliasToLive(tx, { ...lane, promotionId: holder.id, fencingToken: token, idempotencyKey: `${holder.workflow_id}/${holder.id}/closed` });
}

async function grantNext(tx: Transaction, lane: { readonly product: string; readonly lane: Lane }, token: number, except?: string): Promise<LaneHold | undefined> {
  const next = await nextInQueue(tx, lane, except);
  // The token rises also when the lane is freed without a successor: what the last holder still has in flight is stale from here on.
  const fencingToken = token + 1;
  await tx.query('update lanes set holder_promotion_id = $4, fencing_token = $5 where tenant_id = $1 and product = $2 and lane = $3 and (holder_promotion_id is not null or $4::text is not null)', [
    tx.tenant,
    lane.product,
    lane.lane,
    next?.id ?? null,
    fencingToken,
  ]);
  if (next === undefined) return undefined;
  await appendEvent(tx, { type: 'lane.granted', product: lane.product, lane: lane.lane, promotionId: next.id, data: { fencingToken } });
  return { promotionId: next.id, workflowId: next.workflow_id, fencingToken };
}

async function candidate(tx: Transaction, id: string): Promise<Candidate | undefined> {
  const rows = await tx.query<Candidate>('select id, workflow_id, kind, state, switched from promotions where tenant_id = $1 and id = $2 for update', [tx.tenant, id]);
  return rows[0];
}

async function nextInQueue(tx: Transaction, lane: { readonly product: string; readonly lane: Lane }, except?: string): Promise<Candidate | undefined> {
  const rows = await tx.query<Candidate>(
    `select id, workflow_id, kind, state, switched from promotions
      where tenant_id = $1 and product = $2 and lane = $3 and state = 'QUEUED' and id <> $4
      order by kind = 'ROLLBACK' desc, queued_at, id limit 1`,
    [tx.tenant, lane.product, lane.lane, except ?? ''],
  );
  return rows[0];
}
