import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { Lane } from '../../core/lanes.js';
import type { Cause } from '../../core/promotion/acts.js';
import { isEdge } from '../../core/promotion/edges.js';
import {
  type Ending,
  hasEnded,
  type PromotionKind,
  type PromotionPhase,
  type StepError,
} from '../../core/promotion/state.js';
import type { Schedule } from '../../core/promotion/schedule.js';
import type { StandingFound } from '../../core/promotion/standing.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { type PromotionRow, type StoredPromotion, toPromotion } from './read.js';

/** What is needed to open a promotion. */
export interface NewPromotion extends PinnedFrom {
  readonly workflowId: string;
  readonly firstRunId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  readonly policyDigest: Digest;
}

/** Opens the record of a promotion in GATING. A workflow id has one open record, and a run one record. */
export async function insertPromotion(tx: Transaction, promotion: NewPromotion): Promise<StoredPromotion> {
  const rows = await tx.query<PromotionRow>(
    `insert into promotions (tenant_id, id, workflow_id, first_run_id, product, lane, bundle_digest, kind, state,
       reason, policy_digest, definition, policy_sources, created_at, updated_at)
     values ($1, gen_random_uuid()::text, $2, $3, $4, $5, $6, $7, 'GATING', 'the gates are being evaluated', $8, $9, $10,
       clock_timestamp(), clock_timestamp())
     returning *`,
    [
      tx.tenant,
      promotion.workflowId,
      promotion.firstRunId,
      promotion.product,
      promotion.lane,
      promotion.bundle,
      promotion.kind,
      promotion.policyDigest,
      promotion.definition,
      promotion.versions,
    ],
  );
  const stored = toPromotion(rows[0] as PromotionRow);
  await appendEvent(tx, {
    ...subjectsOf(stored),
    type: 'promotion.requested',
    data: { kind: promotion.kind, policyDigest: promotion.policyDigest },
  });
  return stored;
}

/** Lets another run work for a promotion whose run has ended. */
export async function adoptPromotion(
  tx: Transaction,
  promotion: StoredPromotion,
  firstRunId: string,
): Promise<StoredPromotion> {
  await tx.query('update promotions set first_run_id = $3 where tenant_id = $1 and id = $2', [
    tx.tenant,
    promotion.id,
    firstRunId,
  ]);
  await appendEvent(tx, {
    ...subjectsOf(promotion),
    type: 'promotion.adopted',
    data: { from: promotion.firstRunId, to: firstRunId },
  });
  return { ...promotion, firstRunId };
}

/** What gates come from: versions of rules, and why they are pinned. */
export interface PinnedFrom {
  /** The promotion definition, as `name@version`. */
  readonly definition: string;
  /** As `kind/name@version`, the lowest layer first. */
  readonly versions: readonly string[];
}

/** Pins another policy snapshot to a promotion that has no lane yet. */
export async function setPolicy(
  tx: Transaction,
  promotion: StoredPromotion,
  policyDigest: Digest,
  { definition, versions, why }: PinnedFrom & { readonly why: 'request' | 'rules' },
): Promise<StoredPromotion> {
  if (policyDigest === promotion.policyDigest) return promotion;
  await tx.query(
    `update promotions set policy_digest = $3, definition = $4, policy_sources = $5, updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2`,
    [tx.tenant, promotion.id, policyDigest, definition, versions],
  );
  await appendEvent(tx, {
    ...subjectsOf(promotion),
    type: 'promotion.repinned',
    data: {
      ...{ from: promotion.policyDigest, to: policyDigest },
      ...(why === 'rules' && { why, versions: versions.join(', ') }),
    },
  });
  return { ...promotion, policyDigest, definition, policySources: versions };
}

/** Names the requester, once, with the schedule that they have signed. */
export async function setRequester(
  tx: Transaction,
  promotionId: string,
  requester: { readonly principal: string; readonly attestationId: string; readonly schedule: Schedule },
): Promise<void> {
  const { notBefore = null, notAfter = null, priority = 'normal' } = requester.schedule;
  await tx.query(
    `update promotions set requester = $3, request_attestation_id = $4, starts_at = $5, not_after = $6, priority = $7,
            updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2 and requester is null`,
    [tx.tenant, promotionId, requester.principal, requester.attestationId, notBefore, notAfter, priority],
  );
}

/** A change of phase. */
export interface PhaseChange {
  readonly to: PromotionPhase;
  readonly reason: string;
  /** Kept with the promotion; a change without one clears it. */
  readonly error?: StepError | undefined;
  readonly giveUpAt?: Date | undefined;
  readonly attempt?: number;
  /** Who made it, if not the run of the promotion itself: that run has to be woken. */
  readonly by?: string | undefined;
  /** Why, if no person ordered it. */
  readonly cause?: Cause | undefined;
}

/**
 * Records a change of phase with its event: the only place where the phase of a promotion is written. The caller holds
 * the lane's row; constraints and triggers prove the order. The same phase again changes what is said about it.
 *
 * @returns the promotion as it is now
 */
export async function enterPhase(
  tx: Transaction,
  before: StoredPromotion,
  change: PhaseChange,
): Promise<StoredPromotion> {
  const { to, reason, by, cause } = change;
  const moves = to !== before.state;
  if (moves && !isEdge(before.state, to))
    throw new LanekeeperError('INTERNAL', {
      message: `a promotion cannot go from ${before.state} to ${to}`,
      object: `promotion ${before.id}`,
    });
  const rows = await tx.query<PromotionRow>(
    `update promotions
        set state = $3, reason = $4, error = $5, give_up_at = $6, attempt = $7, updated_at = clock_timestamp(),
            queued_at = case when $3 = 'QUEUED' then coalesce(queued_at, clock_timestamp())
                             when $3 in ('GATING', 'AWAITING_APPROVAL') then null else queued_at end,
            switched = case when $3 in ('DEPLOYING', 'VERIFYING', 'LIVE') then true when $8 then false else switched end,
            live_at = case when $3 = 'LIVE' then clock_timestamp() else live_at end,
            ended_at = case when $8 then clock_timestamp() else ended_at end
      where tenant_id = $1 and id = $2 returning *`,
    [
      tx.tenant,
      before.id,
      to,
      reason,
      change.error === undefined ? null : JSON.stringify(change.error),
      change.giveUpAt ?? null,
      change.attempt ?? before.attempt,
      hasEnded(to),
    ],
  );
  if (moves)
    await appendEvent(tx, {
      ...subjectsOf(before),
      type: 'promotion.transitioned',
      data: { from: before.state, to, reason, ...(by !== undefined && { by }), ...(cause !== undefined && { cause }) },
    });
  return toPromotion(rows[0] as PromotionRow);
}

/** Records how what is live stands, with its event: its phase, lane and alias stay. */
export async function changeStanding(
  tx: Transaction,
  before: StoredPromotion,
  { standing, reason }: StandingFound,
): Promise<StoredPromotion> {
  const rows = await tx.query<PromotionRow>(
    `update promotions set standing = $3, reason = $4, updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2 returning *`,
    [tx.tenant, before.id, standing, reason],
  );
  await appendEvent(tx, { ...subjectsOf(before), type: 'promotion.standing-changed', data: { to: standing, reason } });
  return toPromotion(rows[0] as PromotionRow);
}

/** Records how a promotion will end once its lane is back at what was live. */
export async function beginEnding(
  tx: Transaction,
  before: StoredPromotion,
  change: {
    readonly ending: Ending;
    readonly error?: StepError | undefined;
    readonly attempt: number;
    /** Why, if no person ordered it. */
    readonly cause?: Cause | undefined;
  },
): Promise<StoredPromotion> {
  const { ending, cause } = change;
  const rows = await tx.query<PromotionRow>(
    `update promotions
        set ending_state = $3, ending_reason = $4, error = $5, attempt = $6, give_up_at = null,
            updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2 returning *`,
    [
      tx.tenant,
      before.id,
      ending.phase,
      ending.reason,
      change.error === undefined ? null : JSON.stringify(change.error),
      change.attempt,
    ],
  );
  await appendEvent(tx, {
    ...subjectsOf(before),
    type: 'promotion.ending',
    data: { to: ending.phase, reason: ending.reason, ...(cause !== undefined && { cause }) },
  });
  return toPromotion(rows[0] as PromotionRow);
}

/** What an event about a promotion is about. */
export function subjectsOf(promotion: Pick<StoredPromotion, 'id' | 'product' | 'lane' | 'bundle'>): {
  readonly product: string;
  readonly lane: Lane;
  readonly bundleDigest: Digest;
  readonly promotionId: string;
} {
  const { id, product, lane, bundle } = promotion;
  return { product, lane, bundleDigest: bundle, promotionId: id };
}
