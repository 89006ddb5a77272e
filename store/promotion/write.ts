import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import { hasEnded, type PromotionKind, type PromotionPhase } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { requireHold } from '../lane/read.js';
import { recordLive } from '../lane/write.js';
import { lockOpenRuns, lockPromotion } from './read.js';

/** What is needed to open a promotion. */
export interface NewPromotion {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  readonly policyDigest: Digest;
}

/**
 * Opens a promotion in GATING. Repeating the call changes nothing. An earlier run of the same workflow that ended
 * without recording an outcome (it was terminated in Temporal) is closed as ABORTED first: Temporal ensures that only
 * one run is open.
 */
export async function insertPromotion(tx: Transaction, promotion: NewPromotion): Promise<boolean> {
  const stale = await lockOpenRuns(tx, promotion);
  for (const id of stale) await transition(tx, { id, to: 'ABORTED', reason: 'its run was ended in Temporal' });
  const rows = await tx.query(
    `insert into promotions (tenant_id, id, workflow_id, product, lane, bundle_digest, kind, state, policy_digest)
     values ($1, $2, $3, $4, $5, $6, $7, 'GATING', $8) on conflict (tenant_id, id) do nothing returning id`,
    [
      tx.tenant,
      promotion.id,
      promotion.workflowId,
      promotion.product,
      promotion.lane,
      promotion.bundle,
      promotion.kind,
      promotion.policyDigest,
    ],
  );
  if (rows.length === 0) return false;
  await appendEvent(tx, {
    type: 'promotion.requested',
    product: promotion.product,
    lane: promotion.lane,
    bundleDigest: promotion.bundle,
    promotionId: promotion.id,
    data: { kind: promotion.kind, policyDigest: promotion.policyDigest },
  });
  return true;
}

/** Names the requester, once. */
export async function setRequester(
  tx: Transaction,
  promotionId: string,
  requester: { readonly principal: string; readonly attestationId: string },
): Promise<void> {
  await tx.query(
    `update promotions set requester = $3, request_attestation_id = $4, updated_at = now()
      where tenant_id = $1 and id = $2 and requester is null`,
    [tx.tenant, promotionId, requester.principal, requester.attestationId],
  );
}

/** A change of phase. `fencingToken` is required where only the lane's holder may make it. */
export interface Transition {
  readonly id: string;
  readonly to: PromotionPhase;
  readonly reason: string;
  readonly error?: unknown;
  readonly fencingToken?: number | undefined;
}

const fenced: readonly PromotionPhase[] = ['GUARDING', 'DEPLOYING', 'VERIFYING', 'LIVE'];

/**
 * Records a change of phase with its event. Recording the same again changes nothing. What the lane does to promotions
 * when it revokes, supersedes or finds a closed run is in `store/lane/write.ts`.
 *
 * @throws STALE_FENCING_TOKEN when a phase that only the holder may enter is entered without the lane
 * @throws WRONG_STATE when the promotion has already ended
 */
export async function transition(tx: Transaction, change: Transition): Promise<void> {
  const before = await lockPromotion(tx, change.id);
  if (before.state === change.to && before.reason === change.reason) return;
  if (hasEnded(before.state)) {
    throw new LanekeeperError('WRONG_STATE', {
      message: `promotion ${shortId(change.id)} has ended as ${before.state}`,
      object: `promotion ${change.id}`,
    });
  }
  if (fenced.includes(change.to)) await requireHold(tx, before, change.fencingToken);
  await tx.query(
    `update promotions
        set state = $3, reason = $4, error = $5, updated_at = now(),
            queued_at = case when $3 = 'QUEUED' then coalesce(queued_at, now())
                             when $3 in ('GATING', 'AWAITING_APPROVAL') then null else queued_at end,
            switched = case when $3 in ('DEPLOYING', 'VERIFYING', 'LIVE') then true
                            when $6 then false else switched end,
            live_at = case when $3 = 'LIVE' then now() else live_at end,
            ended_at = case when $6 then now() else ended_at end
      where tenant_id = $1 and id = $2`,
    [
      tx.tenant,
      change.id,
      change.to,
      change.reason,
      change.error === undefined ? null : JSON.stringify(change.error),
      hasEnded(change.to),
    ],
  );
  await appendEvent(tx, {
    type: 'promotion.transitioned',
    product: before.product,
    lane: before.lane,
    bundleDigest: before.bundle,
    promotionId: change.id,
    data: { from: before.state, to: change.to, reason: change.reason },
  });
  if (change.to === 'LIVE') await recordLive(tx, before);
}
