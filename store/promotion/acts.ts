import type { Transaction } from '../database.js';
import { eventColumns, type EventRow, type StoredEvent, toEvent } from '../event/read.js';
import { type PromotionRow, type StoredPromotion, toPromotion } from './read.js';

/** The event of an act of the service: a move of a promotion that no person ordered. */
export interface StoredAct extends Omit<StoredEvent, 'position'> {
  /** Of the event. */
  readonly id: number;
  readonly occurredAt: Date;
}

/** The event of the act of the service that ended a promotion: the first one, when it had to be tried again. */
export async function findAct(tx: Transaction, promotionId: string): Promise<StoredAct | undefined> {
  const [row] = await tx.query<EventRow & { occurred_at: Date }>(
    `select ${eventColumns}, e.occurred_at
       from event_subjects about join method_events e on e.tenant_id = about.tenant_id and e.id = about.event_id
      where about.tenant_id = $1 and about.kind = 'promotion' and about.id = $2 and e.data ? 'cause'
      order by e.id limit 1`,
    [tx.tenant, promotionId],
  );
  if (row === undefined) return undefined;
  const { position, ...event } = toEvent(row);
  return { ...event, id: position.eventId, occurredAt: row.occurred_at };
}

/**
 * Promotions that an act of the service has ended and that are not attested yet: they may have no run any more.
 *
 * @param workflowId only those of this workflow id
 */
export async function unattestedActs(
  tx: Transaction,
  limit: number,
  workflowId?: string,
): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select p.* from promotions p
      where p.tenant_id = $1 and p.state in ('ABORTED', 'FAILED') and ($3::text is null or p.workflow_id = $3)
        and p.id in (
          select s.id from method_events e
            join event_subjects s on s.tenant_id = e.tenant_id and s.event_id = e.id and s.kind = 'promotion'
           where e.tenant_id = $1 and e.data ? 'cause')
        and not exists (
          select 1 from promotion_steps s where s.tenant_id = $1 and s.promotion_id = p.id and s.step = 'attest')
      order by p.ended_at, p.id limit $2`,
    [tx.tenant, limit, workflowId ?? null],
  );
  return rows.map(toPromotion);
}
