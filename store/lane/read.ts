import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind, PromotionPhase } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { laneHistory } from './history.js';

/** A lane that is locked: the promotion that holds it, and its newest fencing token. */
export interface LockedLane {
  readonly holder: string | null;
  readonly fencingToken: number;
}

/** A promotion that holds a lane or waits for it. */
export interface Candidate {
  readonly id: string;
  readonly workflow_id: string;
  readonly kind: PromotionKind;
  readonly state: PromotionPhase;
  readonly switched: boolean;
}

/** A lane of a product, as it stands now. */
export interface LaneView {
  readonly product: string;
  readonly lane: Lane;
  readonly live:
    { readonly bundle: Digest; readonly revision: string; readonly promotionId: string; readonly at: Date } | undefined;
  readonly previous: Digest | undefined;
  readonly holder: string | null;
  readonly fencingToken: number;
  readonly queued: readonly string[];
  readonly serving:
    | {
        readonly status: 'STARTING' | 'SERVING' | 'FAILED';
        readonly detail: string | null;
        readonly bundle: Digest | null;
      }
    | undefined;
  readonly endpoints: readonly { readonly service: string; readonly port: number }[];
}

/** Locks a lane until the transaction ends. Undefined when nobody has asked for it yet. */
export async function lockLane(tx: Transaction, product: string, lane: Lane): Promise<LockedLane | undefined> {
  const rows = await tx.query<{ holder_promotion_id: string | null; fencing_token: number }>(
    `select holder_promotion_id, fencing_token
       from lanes where tenant_id = $1 and product = $2 and lane = $3 for update`,
    [tx.tenant, product, lane],
  );
  return rows[0] === undefined
    ? undefined
    : { holder: rows[0].holder_promotion_id, fencingToken: rows[0].fencing_token };
}

/**
 * Requires that a promotion holds its lane with this token. Locks the lane until the transaction ends.
 *
 * @throws STALE_FENCING_TOKEN
 */
export async function requireHold(
  tx: Transaction,
  promotion: { readonly id: string; readonly product: string; readonly lane: Lane },
  fencingToken: number | undefined,
): Promise<void> {
  const lane = await lockLane(tx, promotion.product, promotion.lane);
  if (lane?.holder === promotion.id && lane.fencingToken === fencingToken) return;
  throw new LanekeeperError('STALE_FENCING_TOKEN', {
    message: `promotion ${shortId(promotion.id)} does not hold ${promotion.lane} of ${promotion.product}`,
    object: `lane ${promotion.product}/${promotion.lane}`,
    why: `it came with fencing token ${fencingToken ?? 'none'}; the lane is at ${lane?.fencingToken ?? 0}`,
    next: `lane status ${promotion.product}`,
  });
}

/** A promotion that holds a lane, locked for update. */
export async function lockCandidate(tx: Transaction, id: string): Promise<Candidate | undefined> {
  const rows = await tx.query<Candidate>(
    'select id, workflow_id, kind, state, switched from promotions where tenant_id = $1 and id = $2 for update',
    [tx.tenant, id],
  );
  return rows[0];
}

/** Whether a promotion that was granted its lane still needs it. */
export function isHolding(promotion: Candidate): boolean {
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

/** Who is next in the queue of a lane: rollbacks first, then the one that has waited longest. */
export async function nextInQueue(
  tx: Transaction,
  lane: { readonly product: string; readonly lane: Lane },
  except?: string,
): Promise<Candidate | undefined> {
  const rows = await tx.query<Candidate>(
    `select id, workflow_id, kind, state, switched from promotions
      where tenant_id = $1 and product = $2 and lane = $3 and state = 'QUEUED' and id <> $4
      order by kind = 'ROLLBACK' desc, queued_at, id limit 1`,
    [tx.tenant, lane.product, lane.lane, except ?? ''],
  );
  return rows[0];
}

/** The state of one lane. */
export async function readLane(tx: Transaction, product: string, lane: Lane): Promise<LaneView> {
  const [top, before] = await laneHistory(tx, product, lane);
  const key = [tx.tenant, product, lane] as const;
  const [hold] = await tx.query<{ holder_promotion_id: string | null; fencing_token: number }>(
    'select holder_promotion_id, fencing_token from lanes where tenant_id = $1 and product = $2 and lane = $3',
    key,
  );
  const queued = await tx.query<{ id: string }>(
    `select id from promotions where tenant_id = $1 and product = $2 and lane = $3 and state = 'QUEUED'
       and id is distinct from $4
      order by kind = 'ROLLBACK' desc, queued_at, id`,
    [...key, hold?.holder_promotion_id ?? null],
  );
  const [seen] = await tx.query<{
    status: 'STARTING' | 'SERVING' | 'FAILED';
    detail: string | null;
    served_bundle_digest: Digest | null;
  }>(
    `select status, detail, served_bundle_digest
       from alias_observations where tenant_id = $1 and product = $2 and lane = $3`,
    key,
  );
  const endpoints = await tx.query<{ service: string; port: number }>(
    'select service, port from lane_targets where tenant_id = $1 and product = $2 and lane = $3 order by port',
    key,
  );
  const revision = top === undefined ? '' : await revisionOf(tx, top.bundle);
  return {
    product,
    lane,
    live:
      top === undefined ? undefined : { bundle: top.bundle, revision, promotionId: top.promotionId, at: top.liveAt },
    previous: before?.bundle,
    holder: hold?.holder_promotion_id ?? null,
    fencingToken: hold?.fencing_token ?? 0,
    queued: queued.map((row) => row.id),
    serving:
      seen === undefined ? undefined : { status: seen.status, detail: seen.detail, bundle: seen.served_bundle_digest },
    endpoints,
  };
}

async function revisionOf(tx: Transaction, bundle: Digest): Promise<string> {
  const rows = await tx.query<{ revision: string }>(
    'select revision from bundles where tenant_id = $1 and digest = $2',
    [tx.tenant, bundle],
  );
  return rows[0]?.revision ?? '';
}
