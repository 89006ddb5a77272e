import { lanes } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';
import { invalidPageToken, type Page, type PageRequest } from '../page.js';
import { laneViewsOf, type LaneView, type LaneViewRow, toLaneView } from './read.js';

/** How many products a page has when its size is 0. */
const defaultSize = 1_000;

/**
 * The state of the lanes: of one product, or of all where `product` is empty, in pages of products. By product, lowest
 * lane first.
 */
export async function listLanes(tx: Transaction, product: string, page: PageRequest): Promise<Page<LaneView>> {
  const size = page.size === 0 ? defaultSize : page.size;
  const rows = await tx.query<LaneViewRow>(
    `${laneViewsOf(
      `select p.name, l.lane
         from (select name from products where tenant_id = $1 and ($2 = '' or name = $2) and name > $3
                order by name limit $4::integer + 1) p
        cross join unnest($5::text[]) as l (lane)`,
    )} order by w.product, array_position($5::text[], w.lane)`,
    [tx.tenant, product, afterOf(page.token), size, lanes],
    growsWithData,
  );
  const shown = rows.slice(0, size * lanes.length);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return { items: shown.map(toLaneView), nextToken: more ? Buffer.from(last.product).toString('base64url') : '' };
}

/** The product after which a page begins; empty for the beginning. */
function afterOf(token: string): string {
  const name = Buffer.from(token, 'base64url').toString('utf8');
  if (!/^[a-z0-9-]*$/.test(name)) throw invalidPageToken();
  return name;
}
