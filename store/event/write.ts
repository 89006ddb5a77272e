import { type EventSubjects, type MethodEvent, type SubjectField, subjectKinds } from '../../core/event/types.js';
import { concernsOf } from '../../core/event/words.js';
import type { Transaction } from '../database.js';
import type { EventPosition } from './read.js';

/** Appends one event with its subjects to the log of the transaction's tenant; wakes the dispatcher if it concerns anybody. */
export async function appendEvent(tx: Transaction, event: MethodEvent): Promise<void> {
  const about: EventSubjects & Pick<MethodEvent, 'type'> = event;
  const subjects = Object.entries(subjectKinds).flatMap(([field, kind]) => {
    const id = about[field as SubjectField];
    return id === undefined ? [] : [[kind, id] as const];
  });
  await tx.query('select append_event($1, $2, $3, $4, $5, $6)', [
    event.type,
    about.product ?? null,
    about.lane ?? null,
    event.actor ?? null,
    JSON.stringify(event.data),
    JSON.stringify(Object.fromEntries(subjects)),
  ]);
  if (concernsOf(event).length > 0) tx.wakeDispatcher();
}

/**
 * Takes or renews the lease of a reader, under which one of its instances at a time follows the log.
 *
 * @param holder the instance
 * @returns the position of the reader; undefined when another instance has the lease
 */
export async function takeLease(
  tx: Transaction,
  name: string,
  holder: string,
  leaseMs: number,
): Promise<EventPosition | undefined> {
  const rows = await tx.query<{ transaction_id: string; event_id: number }>(
    `insert into dispatch_cursors as c (tenant_id, name, lease_holder, lease_until)
     values ($1, $2, $3, clock_timestamp() + $4 * interval '1 millisecond')
     on conflict (tenant_id, name) do update set lease_holder = excluded.lease_holder, lease_until = excluded.lease_until
       where c.lease_holder = excluded.lease_holder or c.lease_until is null or c.lease_until < clock_timestamp()
     returning transaction_id::text, event_id`,
    [tx.tenant, name, holder, leaseMs],
  );
  const row = rows[0];
  return row && { transactionId: row.transaction_id, eventId: row.event_id };
}

/** Gives the lease back, so that another instance need not wait until it ends. */
export async function releaseLease(tx: Transaction, name: string, holder: string): Promise<void> {
  await tx.query(
    'update dispatch_cursors set lease_until = null where tenant_id = $1 and name = $2 and lease_holder = $3',
    [tx.tenant, name, holder],
  );
}

/**
 * Moves a reader, whose lease the transaction has renewed, and gives the lease back if nothing is left to do.
 *
 * @param to undefined to leave the reader where it is
 */
export async function moveCursor(
  tx: Transaction,
  name: string,
  to: EventPosition | undefined,
  isEverything: boolean,
): Promise<void> {
  if (to === undefined && !isEverything) return;
  await tx.query(
    `update dispatch_cursors
        set transaction_id = coalesce($3::xid8, transaction_id), event_id = coalesce($4, event_id),
            lease_until = case when $5 then null else lease_until end
      where tenant_id = $1 and name = $2`,
    [tx.tenant, name, to?.transactionId ?? null, to?.eventId ?? null, isEverything],
  );
}
