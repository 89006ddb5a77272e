import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';
import { type ListedBundle, readBundle } from './read.js';

/** Bundles, newest first; an empty product means all. */
export async function listBundles(tx: Transaction, product: string, request: PageRequest): Promise<Page<ListedBundle>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<PlacedRow & { digest: Digest }>(
    pagedSql({
      from: 'bundles b',
      select: 'b.digest',
      time: 'b.sealed_at',
      id: 'b.digest',
      where: "($5 = '' or b.product = $5)",
    }),
    [tx.tenant, time, id, limit, product],
  );
  const page = pageOf(rows, limit, (row) => row.digest);
  const items: ListedBundle[] = [];
  for (const digest of page.items) items.push(await readBundle(tx, digest));
  return { items, nextToken: page.nextToken };
}
