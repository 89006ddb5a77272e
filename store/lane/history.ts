import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';

/** One row of a lane's history. */
export interface LaneHistoryEntry {
  readonly position: number;
  readonly bundle: Digest;
  readonly promotionId: string;
  readonly liveAt: Date;
}

/** The bundles of a lane, newest first: what is live, then what a rollback would go back to, and so on. */
export async function laneHistory(
  tx: Transaction,
  product: string,
  lane: Lane,
  limit: number,
): Promise<readonly LaneHistoryEntry[]> {
  const [history = []] = await laneHistories(tx, [{ product, lane }], limit);
  return history;
}

/** The same of each of several lanes, in their order. */
export async function laneHistories(
  tx: Transaction,
  lanes: readonly { readonly product: string; readonly lane: Lane }[],
  limit: number,
): Promise<readonly (readonly LaneHistoryEntry[])[]> {
  const rows = await tx.query<{
    place: number;
    position: number;
    bundle_digest: Digest;
    promotion_id: string;
    live_at: Date;
  }>(
    `select w.place::integer, h.position, h.bundle_digest, h.promotion_id, h.live_at
       from unnest($2::text[], $3::text[]) with ordinality as w (product, lane, place)
      cross join lateral (
        select * from lane_history
         where tenant_id = $1 and product = w.product and lane = w.lane and withdrawn_by is null
         order by position desc limit $4) h
      order by w.place, h.position desc`,
    [tx.tenant, lanes.map(({ product }) => product), lanes.map(({ lane }) => lane), limit],
  );
  const histories: LaneHistoryEntry[][] = lanes.map(() => []);
  for (const row of rows)
    histories[row.place - 1]?.push({
      position: row.position,
      bundle: row.bundle_digest,
      promotionId: row.promotion_id,
      liveAt: row.live_at,
    });
  return histories;
}

/** A condition on a row `h` of the history: its bundle is not called back. `$1` is the tenant. */
export const notRecalled = `not exists (
  select 1 from restrictions r
   where r.tenant_id = $1 and r.kind = 'recall' and r.state = 'ACTIVE' and r.name = substring(h.bundle_digest from 8))`;

/**
 * The bundle that a rollback goes back to: the last one that was live before the current one, was not itself rolled back,
 * and is not called back.
 *
 * @throws NOTHING_TO_ROLL_BACK
 */
export async function requireRollbackTarget(tx: Transaction, product: string, lane: Lane): Promise<Digest> {
  const [live] = await laneHistory(tx, product, lane, 1);
  const [before] = await tx.query<{ bundle_digest: Digest }>(
    `select h.bundle_digest from lane_history h
      where h.tenant_id = $1 and h.product = $2 and h.lane = $3 and h.withdrawn_by is null and h.position < $4 and ${notRecalled}
      order by h.position desc limit 1`,
    [tx.tenant, product, lane, live?.position ?? 0],
  );
  if (before !== undefined) return before.bundle_digest;
  throw new LanekeeperError('NOTHING_TO_ROLL_BACK', {
    message: `${lane} of ${product} has nothing to roll back to`,
    object: `lane ${product}/${lane}`,
    why:
      live === undefined
        ? 'nothing is live there'
        : `${shortId(live.bundle)} is the first bundle that has been live there and was not rolled back or recalled`,
    next: `promote another bundle: lane promote BUNDLE --to ${lane}`,
  });
}

/** For each lane, whether this bundle is live there, or has been and was not rolled back. */
export async function lanesOfBundle(
  tx: Transaction,
  product: string,
  bundle: Digest,
): Promise<readonly { readonly lane: Lane; readonly live: boolean }[]> {
  const rows = await tx.query<{ lane: Lane; live: boolean }>(
    `select h.lane, bool_or(h.position = top.position) as live
       from lane_history h
       join (select lane, max(position) as position from lane_history
              where tenant_id = $1 and product = $2 and withdrawn_by is null group by lane) top on top.lane = h.lane
      where h.tenant_id = $1 and h.product = $2 and h.bundle_digest = $3 and h.withdrawn_by is null
      group by h.lane`,
    [tx.tenant, product, bundle],
  );
  return rows;
}

/** The position for the next bundle that goes live, above everything that has been live or was rolled back. */
export async function nextPosition(tx: Transaction, product: string, lane: Lane): Promise<number> {
  const rows = await tx.query<{ next: number }>(
    `select coalesce(max(position), 0) + 1 as next
       from lane_history where tenant_id = $1 and product = $2 and lane = $3`,
    [tx.tenant, product, lane],
  );
  return rows[0]?.next ?? 1;
}
