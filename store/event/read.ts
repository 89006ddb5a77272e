import { type EventSubjects, type MethodEventType, type SubjectField, subjectKinds } from '../../core/event/types.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';

/** An event with its place in commit order. */
export interface StoredEvent extends Omit<EventSubjects, 'product' | 'lane'> {
  readonly position: EventPosition;
  readonly type: MethodEventType;
  readonly product: string | null;
  readonly lane: Lane | null;
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
  subjects: Record<string, string> | null;
  data: Record<string, unknown>;
}

/** The columns of an `EventRow`. */
export const eventColumns = `e.transaction_id::text, e.id, e.type, e.product, e.lane, e.data, (
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

/**
 * Whether there are events after the cursor of a reader whose transactions have all ended; undefined while another
 * instance has the lease.
 *
 * @param holder the instance that asks
 */
export async function hasEvents(tx: Transaction, name: string, holder: string): Promise<boolean | undefined> {
  const rows = await tx.query<{ found: boolean }>(
    `select exists (select 1 from method_events e
                     where e.tenant_id = $1
                       and (e.transaction_id, e.id) > (coalesce(c.transaction_id, '0'), coalesce(c.event_id, 0))
                       and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot())) as found
       from (select 1) as one left join dispatch_cursors c on c.tenant_id = $1 and c.name = $2
      where c.lease_until is null or c.lease_until < clock_timestamp() or c.lease_holder = $3`,
    [tx.tenant, name, holder],
  );
  return rows[0]?.found;
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
