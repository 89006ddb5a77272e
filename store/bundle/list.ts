import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';
import { growsWithData } from '../prepared.js';
import { type ListedBundle, listedBundleColumns, type ListedBundleRow, toListedBundle } from './read.js';

/** Bundles, newest first; an empty product means all. */
export async function listBundles(tx: Transaction, product: string, request: PageRequest): Promise<Page<ListedBundle>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<PlacedRow & ListedBundleRow>(
    pagedSql({
      from: 'bundles b',
      select: listedBundleColumns,
      time: 'b.sealed_at',
      id: 'b.digest',
      where: "($5 = '' or b.product = $5)",
    }),
    [tx.tenant, time, id, limit, product],
    growsWithData,
  );
  return pageOf(rows, limit, toListedBundle);
}
