import type { Transaction } from '../database.js';
import type { DeliveryKey } from './read.js';

/** A delivery that can never succeed as it is. */
export interface FailedDelivery extends DeliveryKey {
  /** What went wrong. */
  readonly reason: string;
  /** How often it was tried since it was read. */
  readonly attempts: number;
}

const maxReasonLength = 2_000;

/** What PostgreSQL can keep of a text that others wrote. */
function textOf(reason: string): string {
  return reason.replaceAll('\0', '').slice(0, maxReasonLength);
}

/** Parks a delivery, or parks it again after a retry; its attempts add up. */
export async function parkDelivery(tx: Transaction, failed: FailedDelivery): Promise<void> {
  await tx.query(
    `insert into parked_deliveries as p (tenant_id, event_id, target, reason, attempts) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, event_id, target) do update set reason = excluded.reason,
       attempts = p.attempts + excluded.attempts, parked_at = clock_timestamp(), retry_requested_at = null`,
    [tx.tenant, failed.eventId, failed.target, textOf(failed.reason), failed.attempts],
  );
}

/** Forgets a parked delivery, because a retry has succeeded or nothing is left to deliver. */
export async function removeParked(tx: Transaction, { eventId, target }: DeliveryKey): Promise<void> {
  await tx.query('delete from parked_deliveries where tenant_id = $1 and event_id = $2 and target = $3', [
    tx.tenant,
    eventId,
    target,
  ]);
}

/** Asks the dispatcher to try every parked delivery again. @returns how many */
export async function requestRetries(tx: Transaction): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    `with requested as (
       update parked_deliveries set retry_requested_at = clock_timestamp()
        where tenant_id = $1 and retry_requested_at is null returning 1)
     select count(*)::integer as count from requested`,
    [tx.tenant],
  );
  tx.wakeDispatcher();
  return rows[0]?.count ?? 0;
}
