import type { MethodEventType } from '../../core/event/types.js';
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
    : eventsOf(tx, 'release_id', subject.releaseId, 0, maxTimelineLength);
}

/** The newest events of a promotion after one of them, oldest first. */
export async function newestEvents(
  tx: Transaction,
  promotionId: string,
  after: number,
  limit: number,
): Promise<readonly TimelineEvent[]> {
  return eventsOf(tx, 'promotion_id', promotionId, after, limit);
}

/** When a promotion changed its phase last. */
export async function lastTransition(tx: Transaction, promotionId: string): Promise<Date | undefined> {
  const rows = await tx.query<{ occurred_at: Date }>(
    `select occurred_at from method_events
      where tenant_id = $1 and promotion_id = $2 and type = 'promotion.transitioned' order by id desc limit 1`,
    [tx.tenant, promotionId],
  );
  return rows[0]?.occurred_at;
}

async function eventsOf(
  tx: Transaction,
  column: 'promotion_id' | 'release_id',
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
    `select id, type, actor, occurred_at, data from method_events
      where tenant_id = $1 and ${column} = $2 and id > $3 order by id desc limit $4`,
    [tx.tenant, id, after, limit],
  );
  return rows
    .reverse()
    .map((row) => ({ id: row.id, type: row.type, actor: row.actor, occurredAt: row.occurred_at, data: row.data }));
}
