import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import type { MethodEventType } from '../event/read.js';
import { type PromotionRow, type StoredPromotion, toPromotion } from './read.js';

/** The event of an act of the service: a move of a promotion that no person ordered. */
export interface StoredAct {
  /** Of the event. */
  readonly id: number;
  readonly type: MethodEventType;
  readonly product: string | null;
  readonly lane: Lane | null;
  readonly bundleDigest: Digest | null;
  readonly promotionId: string | null;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

interface ActRow {
  id: number;
  type: MethodEventType;
  product: string | null;
  lane: Lane | null;
  bundle_digest: Digest | null;
  promotion_id: string | null;
  occurred_at: Date;
  data: Record<string, unknown>;
}

/** The event of the act of the service that ended a promotion: the first one, when it had to be tried again. */
export async function findAct(tx: Transaction, promotionId: string): Promise<StoredAct | undefined> {
  const rows = await tx.query<ActRow>(
    `select id, type, product, lane, bundle_digest, promotion_id, occurred_at, data from method_events
      where tenant_id = $1 and promotion_id = $2 and data ? 'cause' order by id limit 1`,
    [tx.tenant, promotionId],
  );
  return rows[0] === undefined ? undefined : toAct(rows[0]);
}

/**
 * Promotions that an act of the service has ended and that are not attested yet: they may have no run any more.
 *
 * @param workflowId only those of this workflow id
 */
export async function unattestedActs(
  tx: Transaction,
  limit: number,
  workflowId?: string,
): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select p.* from promotions p
      where p.tenant_id = $1 and p.state in ('ABORTED', 'FAILED') and ($3::text is null or p.workflow_id = $3)
        and p.id in (select e.promotion_id from method_events e where e.tenant_id = $1 and e.data ? 'cause')
        and not exists (
          select 1 from promotion_steps s where s.tenant_id = $1 and s.promotion_id = p.id and s.step = 'attest')
      order by p.ended_at, p.id limit $2`,
    [tx.tenant, limit, workflowId ?? null],
  );
  return rows.map(toPromotion);
}

function toAct({ bundle_digest, promotion_id, occurred_at, ...row }: ActRow): StoredAct {
  return { ...row, bundleDigest: bundle_digest, promotionId: promotion_id, occurredAt: occurred_at };
}
