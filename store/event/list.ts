import type { Transaction } from '../database.js';
import type { MethodEventType } from './read.js';

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
  const [column, id] =
    'promotionId' in subject ? ['promotion_id', subject.promotionId] : ['release_id', subject.releaseId];
  const rows = await tx.query<{
    id: number;
    type: MethodEventType;
    actor: string | null;
    occurred_at: Date;
    data: Record<string, unknown>;
  }>(
    `select id, type, actor, occurred_at, data from method_events
      where tenant_id = $1 and ${column} = $2 order by id desc limit ${maxTimelineLength}`,
    [tx.tenant, id],
  );
  return rows
    .reverse()
    .map((row) => ({ id: row.id, type: row.type, actor: row.actor, occurredAt: row.occurred_at, data: row.data }));
}
