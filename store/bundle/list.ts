import type { Digest } from '../../core/digest.js';
import { lanes, type Lane } from '../../core/lanes.js';
import { requireBundle, type StoredBundle } from './write.js';
import type { Transaction } from '../database.js';
import { lanesOfBundle } from '../lane/history.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';

/** A bundle with the lanes in which it is live. */
export interface ListedBundle extends StoredBundle {
  readonly liveLanes: readonly Lane[];
}

/** A bundle by its full digest. @throws UNKNOWN_BUNDLE, BUNDLE_CORRUPT */
export async function readBundle(tx: Transaction, digest: Digest): Promise<ListedBundle> {
  const bundle = await requireBundle(tx, digest);
  const known = await lanesOfBundle(tx, bundle.product, digest);
  return { ...bundle, liveLanes: lanes.filter((lane) => known.some((entry) => entry.lane === lane && entry.live)) };
}

/** Bundles, newest first; an empty product stands for all. */
export async function listBundles(tx: Transaction, product: string, request: PageRequest): Promise<Page<ListedBundle>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<PlacedRow & { digest: Digest }>(
    pagedSql({ from: 'bundles b', select: 'b.digest', time: 'b.sealed_at', id: 'b.digest', where: "($5 = '' or b.product = $5)" }),
    [tx.tenant, time, id, limit, product],
  );
  const page = pageOf(rows, limit, (row) => row.digest);
  const items: ListedBundle[] = [];
  for (const digest of page.items) items.push(await readBundle(tx, digest));
  return { items, nextToken: page.nextToken };
}
