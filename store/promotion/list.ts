import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';
import { growsWithData } from '../prepared.js';
import { listedColumns, type ListedPromotion, type ListedRow, toListed } from './read.js';

/** Which promotions are requested; an empty product means all. */
export interface PromotionFilter {
  readonly product: string;
  readonly lane: Lane | undefined;
  readonly openOnly: boolean;
  /** Undefined for all. */
  readonly bundle?: Digest | undefined;
}

/** Promotions, newest first. */
export async function listPromotions(
  tx: Transaction,
  filter: PromotionFilter,
  request: PageRequest,
): Promise<Page<ListedPromotion>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<PlacedRow & ListedRow>(
    pagedSql({
      from: 'promotions p',
      select: listedColumns,
      time: 'p.created_at',
      id: 'p.id',
      where:
        "($5 = '' or p.product = $5) and ($6 = '' or p.lane = $6) and (not $7 or p.ended_at is null) and ($8::text is null or p.bundle_digest = $8)",
    }),
    [tx.tenant, time, id, limit, filter.product, filter.lane ?? '', filter.openOnly, filter.bundle ?? null],
    growsWithData,
  );
  return pageOf(rows, limit, toListed);
}

/**
 * Promotions that are waiting for people, the longest waiting first, each with since when: for approvals, or because somebody
 * has requested changes and has not approved since.
 */
export async function listAwaitingApproval(
  tx: Transaction,
): Promise<readonly (ListedPromotion & { readonly waitingSince: Date })[]> {
  const rows = await tx.query<ListedRow & { waiting_since: Date | null }>(
    `select ${listedColumns}, (
        select max(e.occurred_at)
          from event_subjects s join method_events e on e.tenant_id = s.tenant_id and e.id = s.event_id
         where s.tenant_id = p.tenant_id and s.kind = 'promotion' and s.id = p.id and e.type = 'promotion.transitioned'
           and e.data->>'to' = p.state) as waiting_since
       from promotions p
      where p.tenant_id = $1 and p.ended_at is null and (
        p.state = 'AWAITING_APPROVAL'
        or p.state = 'GATING' and exists (
             select from gate_rounds r
              where r.tenant_id = p.tenant_id and r.promotion_id = p.id and r.round = p.gate_round
                and r.notices @> '[{"notice": "changes-requested", "holds": true}]'))
      order by waiting_since nulls first, p.id limit 1000`,
    [tx.tenant],
  );
  return rows.map((row) => ({ ...toListed(row), waitingSince: row.waiting_since ?? row.created_at }));
}
