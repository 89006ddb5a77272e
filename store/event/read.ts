import { type EventSubjects, type MethodEventType, type SubjectField, subjectKinds } from '../../core/event/types.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';

/** An event with its place in commit order. */
export interface StoredEvent extends Omit<EventSubjects, 'product' | 'lane'> {
  readonly position: EventPosition;
  readonly type: MethodEventType;
  readonly product: string | null;
  readonly lane: Lane | null;
  /** Who, if a person did it. */
  readonly actor: string | null;
  readonly occurredAt: Date;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Commit order is (transaction id, id): ids alone are assigned before the commit, so a late one could be skipped. */
export interface EventPosition {
  readonly transactionId: string;
  readonly eventId: number;
}

/** A row of `method_events e`: what `eventColumns` selects. */
export interface EventRow {
  transaction_id: string;
  id: number;
  type: MethodEventType;
  product: string | null;
  lane: Lane | null;
  actor: string | null;
  occurred_at: Date;
  subjects: Record<string, string> | null;
  data: Record<string, unknown>;
}

/** The columns of an `EventRow`. */
export const eventColumns = `e.transaction_id::text, e.id, e.type, e.product, e.lane, e.actor, e.occurred_at, e.data, (
  select jsonb_object_agg(s.kind, s.id) from event_subjects s
   where s.tenant_id = e.tenant_id and s.event_id = e.id) as subjects`;

/**
 * Events after a position, oldest first, from transactions that are all finished: those below the oldest one still
 * running. An event that commits late is therefore never skipped.
 */
export async function eventsAfter(
  tx: Transaction,
  after: EventPosition,
  limit: number,
): Promise<readonly StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `select ${eventColumns}
       from method_events e
      where e.tenant_id = $1
        and (e.transaction_id, e.id) > ($2::xid8, $3::bigint)
        and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
      order by e.transaction_id, e.id
      limit $4`,
    [tx.tenant, after.transactionId, after.eventId, limit],
  );
  return rows.map(toEvent);
}

/** The place behind everything that has happened, as far as nothing before it can still commit. */
export async function positionNow(tx: Transaction): Promise<EventPosition> {
  const [row] = await tx.query<{ before: string }>(
    'select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text as before',
  );
  return { transactionId: row?.before ?? '0', eventId: Number.MAX_SAFE_INTEGER };
}

/**
 * What is after the cursor of a reader. `ready`: events whose transactions, and all older ones, have ended. `waiting`: only
 * such as wait for older transactions to end. `leased`: another instance has the lease.
 */
export type AfterCursor = 'ready' | 'waiting' | 'nothing' | 'leased';

/** @param holder the instance that asks */
export async function afterCursor(tx: Transaction, name: string, holder: string): Promise<AfterCursor> {
  const rows = await tx.query<{ transaction_id: string; event_id: number; is_leased: boolean }>(
    `select transaction_id::text, event_id,
            lease_until is not null and lease_until >= clock_timestamp() and lease_holder <> $3 as is_leased
       from dispatch_cursors where tenant_id = $1 and name = $2`,
    [tx.tenant, name, holder],
  );
  const cursor = rows[0] ?? { transaction_id: '0', event_id: 0, is_leased: false };
  if (cursor.is_leased) return 'leased';
  // Asked apart, with the place as values: only then does the index lead there, however long the log is.
  const next = await tx.query<{ is_ready: boolean }>(
    `select transaction_id < pg_snapshot_xmin(pg_current_snapshot()) as is_ready from method_events
      where tenant_id = $1 and (transaction_id, id) > ($2::xid8, $3::bigint) order by method_events.transaction_id, id limit 1`,
    [tx.tenant, cursor.transaction_id, cursor.event_id],
  );
  if (next[0] === undefined) return 'nothing';
  return next[0].is_ready ? 'ready' : 'waiting';
}

/** The events with these ids, in the order of their ids. */
export async function eventsWithIds(tx: Transaction, ids: readonly number[]): Promise<readonly StoredEvent[]> {
  const rows = await tx.query<EventRow>(
    `select ${eventColumns} from method_events e where e.tenant_id = $1 and e.id = any($2::bigint[]) order by e.id`,
    [tx.tenant, ids],
  );
  return rows.map(toEvent);
}

/** A row as a record. */
export function toEvent(row: EventRow): StoredEvent {
  return {
    position: { transactionId: row.transaction_id, eventId: row.id },
    type: row.type,
    product: row.product,
    lane: row.lane,
    actor: row.actor,
    occurredAt: row.occurred_at,
    ...subjectsIn(row.subjects ?? {}),
    data: row.data,
  };
}

function subjectsIn(subjects: Readonly<Record<string, string>>): Pick<EventSubjects, SubjectField> {
  const entries = Object.entries(subjectKinds).map(([field, kind]) => [field, subjects[kind]]);
  return Object.fromEntries(entries) as Pick<EventSubjects, SubjectField>;
}

/** The position of a reader of the log. */
export async function readCursor(tx: Transaction, name: string): Promise<EventPosition> {
  const rows = await tx.query<{ transaction_id: string; event_id: number }>(
    'select transaction_id::text, event_id from dispatch_cursors where tenant_id = $1 and name = $2',
    [tx.tenant, name],
  );
  const row = rows[0];
  return row === undefined
    ? { transactionId: '0', eventId: 0 }
    : { transactionId: row.transaction_id, eventId: row.event_id };
}
