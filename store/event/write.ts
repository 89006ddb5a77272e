import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import type { EventPosition, MethodEventType } from './read.js';

/** An append-only fact. It is written in the transaction of the change that it describes. */
export interface MethodEvent {
  readonly type: MethodEventType;
  readonly product?: string | undefined;
  readonly lane?: Lane | undefined;
  readonly bundleDigest?: Digest | undefined;
  readonly promotionId?: string | undefined;
  readonly releaseId?: string | undefined;
  readonly actor?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Appends one event to the log of the transaction's tenant. */
export async function appendEvent(tx: Transaction, event: MethodEvent): Promise<void> {
  await tx.query(
    `insert into method_events (tenant_id, type, product, lane, bundle_digest, promotion_id, release_id, actor, data)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenant,
      event.type,
      event.product ?? null,
      event.lane ?? null,
      event.bundleDigest ?? null,
      event.promotionId ?? null,
      event.releaseId ?? null,
      event.actor ?? null,
      JSON.stringify(event.data ?? {}),
    ],
  );
  tx.eventAppended();
}

/** Moves a reader forward. */
export async function writeCursor(tx: Transaction, name: string, position: EventPosition): Promise<void> {
  await tx.query(
    `insert into dispatch_cursors (tenant_id, name, transaction_id, event_id) values ($1, $2, $3::xid8, $4)
     on conflict (tenant_id, name) do update set transaction_id = excluded.transaction_id,
       event_id = excluded.event_id`,
    [tx.tenant, name, position.transactionId, position.eventId],
  );
}
