import type { Database } from '../../store/database.js';
import { promotionEvents } from './event-tables.js';

/** A period during which a promotion held the lane. Epoch milliseconds of the database's clock. */
export interface Hold {
  readonly from: number;
  readonly to: number;
}

/** From the grant of the lane to the phase in which it was given up, for each promotion of a lane. */
export async function holdsOf(database: Database, lane: string): Promise<readonly Hold[]> {
  const rows = await database.transaction('default', (tx) =>
    tx.query<{ from: Date; to: Date }>(
      `select g.occurred_at as "from", min(e.occurred_at) as "to"
         from ${promotionEvents} g join ${promotionEvents} e on e.promotion_id = g.promotion_id and e.id > g.id
        where g.type = 'lane.granted' and g.lane = $1
          and e.type = 'promotion.transitioned' and e.data->>'to' not in ('GUARDING', 'DEPLOYING', 'VERIFYING')
        group by g.id, g.occurred_at order by g.occurred_at`,
      [lane],
    ),
  );
  return rows.map(({ from, to }) => ({ from: from.getTime(), to: to.getTime() }));
}
