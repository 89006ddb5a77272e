import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { type PromotionRow, type StoredPromotion, toPromotion, unknownPromotion } from '../promotion/read.js';

/**
 * A lane and the promotions that it concerns, all locked until the transaction ends. Every change of a promotion's phase
 * begins with this, so that all take their locks in the same order: the lane's row, then promotions by id.
 */
export interface LaneScene {
  readonly product: string;
  readonly lane: Lane;
  holder: string | null;
  fencingToken: number;
  /** The promotion that the scene was locked for, the holder, those that are QUEUED and the one that is LIVE. */
  readonly promotions: Map<string, StoredPromotion>;
}

/** Locks the scene of a promotion. @throws UNKNOWN_PROMOTION */
export async function lockScene(tx: Transaction, promotionId: string): Promise<LaneScene> {
  const rows = await tx.query<{ product: string; lane: Lane }>(
    'select product, lane from promotions where tenant_id = $1 and id = $2',
    [tx.tenant, promotionId],
  );
  if (rows[0] === undefined) throw unknownPromotion(promotionId);
  return lockLaneScene(tx, rows[0], promotionId);
}

/** Locks a lane, which gets its row if it has none, and the promotions that it concerns. */
export async function lockLaneScene(
  tx: Transaction,
  { product, lane }: { readonly product: string; readonly lane: Lane },
  promotionId = '',
): Promise<LaneScene> {
  const lock = () =>
    tx.query<{ holder_promotion_id: string | null; fencing_token: number }>(
      `select holder_promotion_id, fencing_token
         from lanes where tenant_id = $1 and product = $2 and lane = $3 for no key update`,
      [tx.tenant, product, lane],
    );
  let [held] = await lock();
  if (held === undefined) {
    await tx.query('insert into lanes (tenant_id, product, lane) values ($1, $2, $3) on conflict do nothing', [
      tx.tenant,
      product,
      lane,
    ]);
    [held] = await lock();
  }
  const holder = held?.holder_promotion_id ?? null;
  const rows = await tx.query<PromotionRow>(
    `select * from promotions
      where tenant_id = $1 and product = $2 and lane = $3
        and (id in ($4, $5) or state in ('QUEUED', 'LIVE'))
      order by id for no key update`,
    [tx.tenant, product, lane, promotionId, holder],
  );
  return {
    product,
    lane,
    holder,
    fencingToken: held?.fencing_token ?? 0,
    promotions: new Map(rows.map((row) => [row.id, toPromotion(row)])),
  };
}
