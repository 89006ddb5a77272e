import { lanes } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';
import { invalidPageToken, type Page, type PageRequest } from '../page.js';
import { laneViewsOf, type LaneView, type LaneViewRow, toLaneView } from './read.js';

/** How many products a page has when its size is 0. */
const defaultSize = 1_000;

/** What a board of lanes is narrowed to. */
export interface LaneFilter {
  /** One product; empty for all. */
  readonly product: string;
  /**
   * Part of a product's name, or the beginning of the digest or revision of a bundle that is in one of its lanes or on its way
   * there; empty for all.
   */
  readonly text: string;
  /** Only products with a promotion on its way. */
  readonly waitingOnly: boolean;
}

/** Every lane of every product. */
export const allLanes: LaneFilter = { product: '', text: '', waitingOnly: false };

/** A condition on the product `p`; `$1` is the tenant, `$2` to `$4` are the filter. */
const matches = `p.tenant_id = $1 and ($2 = '' or p.name = $2)
  and ($3 = '' or strpos(p.name, $3) > 0 or exists (
        select from promotions o join bundles b on b.tenant_id = $1 and b.digest = o.bundle_digest
         where o.tenant_id = $1 and o.product = p.name and o.ended_at is null
           and (starts_with(o.bundle_digest, 'sha256:' || $3) or starts_with(b.revision, $3))))
  and (not $4::boolean or exists (
        select from promotions o
         where o.tenant_id = $1 and o.product = p.name and o.ended_at is null and o.state <> 'LIVE'))`;

/** The state of the lanes in pages of products. By product, lowest lane first. */
export async function listLanes(tx: Transaction, filter: LaneFilter, page: PageRequest): Promise<Page<LaneView>> {
  const size = page.size === 0 ? defaultSize : page.size;
  const rows = await tx.query<LaneViewRow>(
    `${laneViewsOf(
      `select p.name, l.lane
         from (select p.name from products p where ${matches} and p.name > $5 order by p.name limit $6::integer + 1) p
        cross join unnest($7::text[]) as l (lane)`,
    )} order by w.product, array_position($7::text[], w.lane)`,
    [...wanted(tx, filter), afterOf(page.token), size, lanes],
    growsWithData,
  );
  const shown = rows.slice(0, size * lanes.length);
  const last = shown.at(-1);
  const more = rows.length > shown.length && last !== undefined;
  return { items: shown.map(toLaneView), nextToken: more ? Buffer.from(last.product).toString('base64url') : '' };
}

/** How many products match, on all pages. */
export async function countProducts(tx: Transaction, filter: LaneFilter): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from products p where ${matches}`,
    wanted(tx, filter),
    growsWithData,
  );
  return row?.count ?? 0;
}

function wanted(tx: Transaction, { product, text, waitingOnly }: LaneFilter): readonly unknown[] {
  return [
    tx.tenant,
    product,
    text
      .trim()
      .toLowerCase()
      .replace(/^sha256:/, ''),
    waitingOnly,
  ];
}

/** The product after which a page begins; empty for the beginning. */
function afterOf(token: string): string {
  const name = Buffer.from(token, 'base64url').toString('utf8');
  if (!/^[a-z0-9-]*$/.test(name)) throw invalidPageToken();
  return name;
}
