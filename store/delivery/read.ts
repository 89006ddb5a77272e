import type { Transaction } from '../database.js';

/** A delivery for an event: to a run, or to every run that the event concerns while those could not be computed. */
export interface DeliveryKey {
  readonly eventId: number;
  /** The workflow id; empty when the wake-ups of the event could not be computed. */
  readonly target: string;
}

/** Whether a person wants parked deliveries to be tried again. */
export async function isRetryRequested(tx: Transaction): Promise<boolean> {
  const rows = await tx.query(
    'select 1 from parked_deliveries where tenant_id = $1 and retry_requested_at is not null limit 1',
    [tx.tenant],
  );
  return rows.length > 0;
}

/** Parked deliveries that a person wants to be tried again, the oldest events first. */
export async function retriesRequested(tx: Transaction, limit: number): Promise<readonly DeliveryKey[]> {
  const rows = await tx.query<{ event_id: number; target: string }>(
    `select event_id, target from parked_deliveries
      where tenant_id = $1 and retry_requested_at is not null order by event_id, target limit $2`,
    [tx.tenant, limit],
  );
  return rows.map((row) => ({ eventId: row.event_id, target: row.target }));
}
