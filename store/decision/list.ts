import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';
import { growsWithData } from '../prepared.js';
import { type DecisionRow, type StoredDecision, toDecision } from './read.js';

/** Decisions, newest first; an empty promotion means all. */
export async function listDecisions(
  tx: Transaction,
  promotionId: string,
  request: PageRequest,
): Promise<Page<StoredDecision>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<PlacedRow & DecisionRow>(
    pagedSql({
      from: 'decisions d',
      select: 'd.*',
      time: 'd.registered_at',
      id: 'd.id',
      where: "($5 = '' or d.promotion_id = $5)",
    }),
    [tx.tenant, time, id, limit, promotionId],
    growsWithData,
  );
  return pageOf(rows, limit, toDecision);
}
