import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { type PromotionRow, type StoredPromotion, toPromotion } from '../promotion/read.js';

/** A promotion that has its lane or waits for it. */
export interface Queued {
  readonly promotion: StoredPromotion;
  readonly holds: boolean;
}

/** The promotions that have a lane or wait for it, by id. */
export async function promotionsInQueue(
  tx: Transaction,
  { product, lane }: { readonly product: string; readonly lane: Lane },
): Promise<readonly Queued[]> {
  const rows = await tx.query<PromotionRow & { readonly holds: boolean }>(
    `select p.*, l.holder_promotion_id is not distinct from p.id as holds
       from promotions p
       left join lanes l on l.tenant_id = p.tenant_id and l.product = p.product and l.lane = p.lane
      where p.tenant_id = $1 and p.product = $2 and p.lane = $3 and p.ended_at is null
        and (p.state = 'QUEUED' or (p.id = l.holder_promotion_id and p.state <> 'LIVE'))
      order by p.id limit 1000`,
    [tx.tenant, product, lane],
  );
  return rows.map((row) => ({ promotion: toPromotion(row), holds: row.holds }));
}
