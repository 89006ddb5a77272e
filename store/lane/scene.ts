import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { newestRoundOf } from '../policy/read.js';
import { type PromotionRow, type StoredPromotion, toPromotion, unknownPromotion } from '../promotion/read.js';
import { type PromotionRecords, type RecordsRow, toRecords } from '../promotion/records.js';
import { stepsOfAttempt } from '../promotion/steps.js';

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
  /** What was recorded about the promotion that it was locked for, or about one that has been opened since. */
  readonly records: Map<string, PromotionRecords>;
}

/** Locks the scene of a promotion, and reads what is recorded about it. @throws UNKNOWN_PROMOTION */
export async function lockScene(tx: Transaction, promotionId: string): Promise<LaneScene> {
  const [held] = await tx.query<LaneRow & { product: string; lane: Lane }>(
    `select l.product, l.lane, l.holder_promotion_id, l.fencing_token
       from promotions p
       join lanes l on l.tenant_id = p.tenant_id and l.product = p.product and l.lane = p.lane
      where p.tenant_id = $1 and p.id = $2 for no key update of l`,
    [tx.tenant, promotionId],
  );
  if (held === undefined) throw unknownPromotion(promotionId);
  return sceneOf(tx, held, held, promotionId);
}

/** Locks a lane, which gets its row if it has none, and the promotions that it concerns. */
export async function lockLaneScene(
  tx: Transaction,
  key: { readonly product: string; readonly lane: Lane },
): Promise<LaneScene> {
  const lock = () =>
    tx.query<LaneRow>(
      `select holder_promotion_id, fencing_token
         from lanes where tenant_id = $1 and product = $2 and lane = $3 for no key update`,
      [tx.tenant, key.product, key.lane],
    );
  let [held] = await lock();
  if (held === undefined) {
    await tx.query('insert into lanes (tenant_id, product, lane) values ($1, $2, $3) on conflict do nothing', [
      tx.tenant,
      key.product,
      key.lane,
    ]);
    [held] = await lock();
  }
  return sceneOf(tx, key, held);
}

interface LaneRow {
  holder_promotion_id: string | null;
  fencing_token: number;
}

/** The promotions are read in a statement of its own: one that had waited for the lane would see them as they were. */
async function sceneOf(
  tx: Transaction,
  { product, lane }: { readonly product: string; readonly lane: Lane },
  held: LaneRow | undefined,
  promotionId = '',
): Promise<LaneScene> {
  const holder = held?.holder_promotion_id ?? null;
  const rows = await tx.query<PromotionRow & RecordsRow>(
    `select p.*, case when p.id = $4 then ${newestRoundOf} end as newest_round,
            case when p.id = $4 then ${stepsOfAttempt} end as steps
       from promotions p
      where p.tenant_id = $1 and p.product = $2 and p.lane = $3
        and (p.id in ($4, $5) or p.state in ('QUEUED', 'LIVE'))
      order by p.id for no key update of p`,
    [tx.tenant, product, lane, promotionId, holder],
  );
  return {
    product,
    lane,
    holder,
    fencingToken: held?.fencing_token ?? 0,
    promotions: new Map(rows.map((row) => [row.id, toPromotion(row)])),
    records: new Map(rows.flatMap((row) => (row.id === promotionId ? [[row.id, toRecords(row)]] : []))),
  };
}
