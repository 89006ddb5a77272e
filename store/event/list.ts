import { type MethodEventType, type SubjectField, subjectKinds } from '../../core/event/types.js';
import type { Transaction } from '../database.js';

/** An event as a timeline shows it. */
export interface TimelineEvent {
  readonly id: number;
  readonly type: MethodEventType;
  readonly actor: string | null;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What a timeline is about. */
export type TimelineSubject = { readonly promotionId: string } | { readonly releaseId: string };

const maxTimelineLength = 1_000;

/** The newest events of a promotion or release, oldest first. */
export async function readTimeline(tx: Transaction, subject: TimelineSubject): Promise<readonly TimelineEvent[]> {
  return 'promotionId' in subject
    ? newestEvents(tx, subject.promotionId, 0, maxTimelineLength)
    : eventsAbout(tx, 'releaseId', subject.releaseId, 0, maxTimelineLength);
}

/** The newest events of a promotion after one of them, oldest first. */
export async function newestEvents(
  tx: Transaction,
  promotionId: string,
  after: number,
  limit: number,
): Promise<readonly TimelineEvent[]> {
  return eventsAbout(tx, 'promotionId', promotionId, after, limit);
}

/** When a promotion changed its phase last. */
export async function lastTransition(tx: Transaction, promotionId: string): Promise<Date | undefined> {
  const rows = await tx.query<{ occurred_at: Date }>(
    `select e.occurred_at from event_subjects s join method_events e on e.tenant_id = s.tenant_id and e.id = s.event_id
      where s.tenant_id = $1 and s.kind = $2 and s.id = $3 and e.type = 'promotion.transitioned'
      order by s.event_id desc limit 1`,
    [tx.tenant, subjectKinds.promotionId, promotionId],
  );
  return rows[0]?.occurred_at;
}

async function eventsAbout(
  tx: Transaction,
  field: SubjectField,
  id: string,
  after: number,
  limit: number,
): Promise<readonly TimelineEvent[]> {
  const rows = await tx.query<{
    id: number;
    type: MethodEventType;
    actor: string | null;
    occurred_at: Date;
    data: Record<string, unknown>;
  }>(
    `select e.id, e.type, e.actor, e.occurred_at, e.data
       from event_subjects s join method_events e on e.tenant_id = s.tenant_id and e.id = s.event_id
      where s.tenant_id = $1 and s.kind = $2 and s.id = $3 and s.event_id > $4 order by s.event_id desc limit $5`,
    [tx.tenant, subjectKinds[field], id, after, limit],
  );
  return rows
    .reverse()
    .map((row) => ({ id: row.id, type: row.type, actor: row.actor, occurredAt: row.occurred_at, data: row.data }));
}
