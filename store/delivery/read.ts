import type { Transaction } from '../database.js';

/** A delivery for an event: to a run, or to every run that the event concerns while those could not be computed. */
export interface DeliveryKey {
  readonly eventId: number;
  /** The workflow id; empty when the wake-ups of the event could not be computed. */
  readonly target: string;
}

/**
 * Whether there is something to deliver: events after the cursor whose transactions have all ended, or parked
 * deliveries that a person wants to be tried again. False while another instance has the lease.
 */
export async function hasDeliveries(tx: Transaction, reader: string, holder: string): Promise<boolean> {
  const rows = await tx.query(
    `select 1 from (select 1) as one left join dispatch_cursors c on c.tenant_id = $1 and c.name = $2
      where (c.lease_until is null or c.lease_until < clock_timestamp() or c.lease_holder = $3)
        and (exists (select 1 from method_events e
                      where e.tenant_id = $1
                        and (e.transaction_id, e.id) > (coalesce(c.transaction_id, '0'), coalesce(c.event_id, 0))
                        and e.transaction_id < pg_snapshot_xmin(pg_current_snapshot()))
          or exists (select 1 from parked_deliveries p where p.tenant_id = $1 and p.retry_requested_at is not null))`,
    [tx.tenant, reader, holder],
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
