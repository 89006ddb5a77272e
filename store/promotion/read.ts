import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind, PromotionPhase } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';

/** A promotion as PostgreSQL knows it. `id` is the first run id of its workflow. */
export interface StoredPromotion {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  readonly state: PromotionPhase;
  readonly reason: string | null;
  readonly error: unknown;
  readonly requester: string | null;
  readonly policyDigest: Digest;
  readonly gateRound: number;
  readonly queuedAt: Date | null;
  readonly switched: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly liveAt: Date | null;
  readonly endedAt: Date | null;
}

/** A promotion with the commit of its bundle. */
export interface ListedPromotion extends StoredPromotion {
  readonly revision: string;
}

interface PromotionRow {
  id: string;
  workflow_id: string;
  product: string;
  lane: Lane;
  bundle_digest: Digest;
  kind: PromotionKind;
  state: PromotionPhase;
  reason: string | null;
  error: unknown;
  requester: string | null;
  policy_digest: Digest;
  gate_round: number;
  queued_at: Date | null;
  switched: boolean;
  created_at: Date;
  updated_at: Date;
  live_at: Date | null;
  ended_at: Date | null;
}

/** A row of `promotions` with the commit of its bundle: what `listedColumns` selects. */
export type ListedRow = PromotionRow & { readonly revision: string | null };

/** The columns of a `ListedRow`, from `promotions p`. */
export const listedColumns =
  '(select b.revision from bundles b where b.tenant_id = p.tenant_id and b.digest = p.bundle_digest) as revision, p.*';

/** A promotion by id. @throws UNKNOWN_PROMOTION */
export async function requirePromotion(tx: Transaction, id: string): Promise<StoredPromotion> {
  return read(tx, id, '');
}

/** A promotion by id, locked for update. @throws UNKNOWN_PROMOTION */
export async function lockPromotion(tx: Transaction, id: string): Promise<StoredPromotion> {
  return read(tx, id, 'for update');
}

async function read(tx: Transaction, id: string, lock: '' | 'for update'): Promise<StoredPromotion> {
  const rows = await tx.query<PromotionRow>(`select * from promotions where tenant_id = $1 and id = $2 ${lock}`, [
    tx.tenant,
    id,
  ]);
  if (rows[0] === undefined) {
    throw new LanekeeperError('UNKNOWN_PROMOTION', {
      message: `there is no promotion ${shortId(id)}`,
      object: `promotion ${id}`,
      next: 'lane get promotions lists them',
    });
  }
  return toPromotion(rows[0]);
}

/** A promotion by its full id, with the commit of its bundle. @throws UNKNOWN_PROMOTION */
export async function readPromotion(tx: Transaction, id: string): Promise<ListedPromotion> {
  const rows = await tx.query<ListedRow>(
    `select ${listedColumns} from promotions p where p.tenant_id = $1 and p.id = $2`,
    [tx.tenant, id],
  );
  return rows[0] === undefined ? { ...(await requirePromotion(tx, id)), revision: '' } : toListed(rows[0]);
}

/** Whether a promotion has been recorded. */
export async function promotionExists(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.query('select 1 from promotions where tenant_id = $1 and id = $2', [tx.tenant, id])).length > 0;
}

/** Other runs of a promotion's workflow that are open according to their rows, locked for update. */
export async function lockOpenRuns(
  tx: Transaction,
  promotion: { readonly id: string; readonly workflowId: string },
): Promise<readonly string[]> {
  const rows = await tx.query<{ id: string }>(
    'select id from promotions where tenant_id = $1 and workflow_id = $2 and ended_at is null and id <> $3 for update',
    [tx.tenant, promotion.workflowId, promotion.id],
  );
  return rows.map((row) => row.id);
}

/** The open promotions that an event about a bundle concerns: those that wait for gates. */
export async function gatingPromotionsOfBundle(tx: Transaction, bundle: Digest): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    "select * from promotions where tenant_id = $1 and bundle_digest = $2 and state in ('GATING', 'AWAITING_APPROVAL')",
    [tx.tenant, bundle],
  );
  return rows.map(toPromotion);
}

/** A string that changes whenever the promotion, its gates or its events change. */
export async function promotionVersion(tx: Transaction, promotionId: string): Promise<string> {
  const rows = await tx.query<{ version: string }>(
    `select concat_ws('/', p.updated_at, p.gate_round,
                      (select max(id) from method_events where tenant_id = $1 and promotion_id = $2)) as version
       from promotions p where p.tenant_id = $1 and p.id = $2`,
    [tx.tenant, promotionId],
  );
  return rows[0]?.version ?? '';
}

function toPromotion(row: PromotionRow): StoredPromotion {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    product: row.product,
    lane: row.lane,
    bundle: row.bundle_digest,
    kind: row.kind,
    state: row.state,
    reason: row.reason,
    error: row.error,
    requester: row.requester,
    policyDigest: row.policy_digest,
    gateRound: row.gate_round,
    queuedAt: row.queued_at,
    switched: row.switched,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    liveAt: row.live_at,
    endedAt: row.ended_at,
  };
}

/** A row as a record. */
export function toListed(row: ListedRow): ListedPromotion {
  return { ...toPromotion(row), revision: row.revision ?? '' };
}
