import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import type { MethodEventType } from '../../core/event/types.js';
import type { DeliveryKey } from './read.js';

/** A parked delivery, with the event that it is about. */
export interface ParkedDelivery extends DeliveryKey {
  readonly reason: string;
  readonly attempts: number;
  readonly parkedAt: Date;
  /** When a person asked to try it again; null while it waits for one. */
  readonly retryRequestedAt: Date | null;
  readonly eventType: MethodEventType;
  readonly product: string | null;
  readonly lane: Lane | null;
  readonly promotionId: string | null;
}

/** The parked deliveries, the longest parked first, and how many there are in total. */
export async function listParkedDeliveries(
  tx: Transaction,
  limit: number,
): Promise<{ readonly deliveries: readonly ParkedDelivery[]; readonly total: number }> {
  const rows = await tx.query<{
    event_id: number;
    target: string;
    reason: string;
    attempts: number;
    parked_at: Date;
    retry_requested_at: Date | null;
    type: MethodEventType;
    product: string | null;
    lane: Lane | null;
    promotion_id: string | null;
    total: number;
  }>(
    `select p.event_id, p.target, p.reason, p.attempts, p.parked_at, p.retry_requested_at, e.type, e.product, e.lane,
            s.id as promotion_id, count(*) over () as total
       from parked_deliveries p join method_events e on e.tenant_id = p.tenant_id and e.id = p.event_id
       left join event_subjects s on s.tenant_id = e.tenant_id and s.event_id = e.id and s.kind = 'promotion'
      where p.tenant_id = $1 order by p.parked_at, p.event_id, p.target limit $2`,
    [tx.tenant, limit],
  );
  return {
    total: rows[0]?.total ?? 0,
    deliveries: rows.map((row) => ({
      eventId: row.event_id,
      target: row.target,
      reason: row.reason,
      attempts: row.attempts,
      parkedAt: row.parked_at,
      retryRequestedAt: row.retry_requested_at,
      eventType: row.type,
      product: row.product,
      lane: row.lane,
      promotionId: row.promotion_id,
    })),
  };
}
