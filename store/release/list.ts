import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';
import { growsWithData } from '../prepared.js';
import { releaseColumns, type ReleaseRow, type StoredRelease, toRelease } from './read.js';

/** Releases, newest first; an empty product means all. */
export async function listReleases(
  tx: Transaction,
  product: string,
  request: PageRequest,
): Promise<Page<StoredRelease>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<ReleaseRow & PlacedRow>(
    pagedSql({
      from: 'releases r',
      select: releaseColumns,
      time: 'r.created_at',
      id: 'r.id',
      where: "($5 = '' or r.product = $5)",
    }),
    [tx.tenant, time, id, limit, product],
    growsWithData,
  );
  return pageOf(rows, limit, toRelease);
}
