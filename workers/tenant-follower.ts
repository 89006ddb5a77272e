import type { Client } from '@temporalio/client';
import { messageOf } from '../core/errors.js';
import type { Database, Transaction } from '../store/database.js';
import { hasDeliveries, retriesRequested } from '../store/delivery/read.js';
import { parkDelivery, removeParked } from '../store/delivery/write.js';
import { type EventPosition, eventsAfter, eventsWithIds, type StoredEvent } from '../store/event/read.js';
import { moveCursor, releaseLease, takeLease } from '../store/event/write.js';
import { inSavepoint } from '../store/savepoint.js';
import { isTransient } from '../store/transient.js';
import { Backlog, type Plan } from './backlog.js';
import { deliver } from './deliver.js';
import { Pacer } from './pacer.js';
import { wakeupsOf } from './wake-ups.js';

/** The reader of the log whose cursor this is. */
const reader = 'dispatcher';
/** How many events are read at a time. */
const batchSize = 200;
/** How many events are read beyond one that cannot be delivered. */
const maxBacklog = 1_000;
/** How many deliveries of a tenant are in flight at a time. */
const concurrency = 10;
/** For how long a round waits for its deliveries; those that take longer stay in flight. */
const roundMs = 500;
/** How long another instance waits when the one that has the lease was killed. */
const leaseMs = 3_000;

/** The dependencies of the dispatcher. */
export interface DispatcherDeps {
  readonly database: Database;
  readonly client: Client;
  /** Receives what goes wrong; all of it is tried again or parked. The tenant is absent when it concerns all. */
  readonly onError: (message: string, tenant?: string) => void;
}

/** Follows the log of one tenant, and delivers, independently of all others. */
export class TenantFollower {
  #deps: DispatcherDeps;
  #tenant: string;
  #holder: string;
  #backlog = new Backlog();
  readonly #lanes = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #trouble: string | undefined;
  // Polls follow a wake-up quickly, then less often: an event becomes visible once every older transaction has finished.
  readonly #pacer = new Pacer({ minMs: 5, maxMs: 200, maxFailedMs: 3_000 });

  /** @param holder names this instance in the lease */
  constructor(deps: DispatcherDeps, tenant: string, holder: string) {
    this.#deps = deps;
    this.#tenant = tenant;
    this.#holder = holder;
  }

  /** Something was committed: poll now. */
  wake(): void {
    this.#pacer.wake();
  }

  stop(): void {
    this.#pacer.stop();
  }

  /** Follows until it is stopped. */
  async run(): Promise<void> {
    await this.#pacer.repeat(async () => {
      try {
        const found = await this.#round();
        if (this.#backlog.isEmpty) this.#trouble = undefined;
        return found === batchSize ? 'at once' : found > 0 ? 'soon' : 'later';
      } catch (error) {
        this.#report(messageOf(error));
        return 'failed';
      }
    });
    this.#stopping.abort();
    await Promise.all(this.#lanes);
    // Without this, the next instance waits until the lease ends, and nothing worse.
    if (!this.#backlog.isEmpty)
      await this.#transaction((tx) => releaseLease(tx, reader, this.#holder)).catch(() => undefined);
  }

  /** One round: read in a transaction, deliver outside of any, record in another. @returns how many events were found */
  async #round(): Promise<number> {
    const found = await this.#read();
    if (this.#backlog.isEmpty) return found;
    const opened: Promise<void>[] = [];
    while (this.#lanes.size < concurrency && this.#backlog.hasDue(Date.now())) opened.push(this.#openLane());
    await settledWithin(roundMs, Promise.all(opened));
    await this.#record();
    return found;
  }

  async #read(): Promise<number> {
    const backlog = this.#backlog;
    const lease = await this.#transaction(async (tx) => {
      if (backlog.isEmpty && !(await hasDeliveries(tx, reader, this.#holder))) return 'idle';
      return (await takeLease(tx, reader, this.#holder, leaseMs)) ?? 'taken';
    });
    if (lease === 'idle') return 0;
    if (lease === 'taken') {
      // Another instance has taken over from the cursor; what is in flight here arrives twice at most.
      this.#backlog = new Backlog();
      return 0;
    }
    // A transaction of its own: it changes nothing, so however long it takes, it holds up no event of anybody.
    const read = await this.#transaction(async (tx) => {
      const events = await eventsAfter(
        tx,
        later(backlog.readTo, lease),
        Math.min(batchSize, maxBacklog - backlog.size),
      );
      const retries = (await retriesRequested(tx, batchSize)).filter((key) => !backlog.isRetrying(key));
      const ids = retries.map(({ eventId }) => eventId);
      const plans = new Map<number, Plan>();
      for (const event of [...events, ...(await eventsWithIds(tx, ids))])
        plans.set(event.position.eventId, await planOf(tx, event));
      return { events, retries, planFor: (id: number): Plan => plans.get(id) ?? { wakeups: [] } };
    });
    for (const { position } of read.events) backlog.addEvent(position, read.planFor(position.eventId));
    for (const key of read.retries) backlog.addRetry(key, read.planFor(key.eventId));
    return read.events.length + read.retries.length;
  }

  #openLane(): Promise<void> {
    const lane = this.#send().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
    return lane;
  }

  /** Delivers what is due, one after the other, until nothing is. */
  async #send(): Promise<void> {
    const backlog = this.#backlog;
    while (backlog === this.#backlog && !this.#stopping.signal.aborted) {
      const next = backlog.takeDue(Date.now());
      if (next === undefined) return;
      const result = await deliver(this.#deps.client, next.wakeup, this.#stopping.signal);
      backlog.settle(next, result, Date.now());
      if (result.outcome === 'failed') this.#report(result.reason);
      if (result.outcome === 'malformed')
        this.#deps.onError(`parked for ${next.key.target}: ${result.reason}`, this.#tenant);
    }
  }

  async #record(): Promise<void> {
    const backlog = this.#backlog;
    const changes = backlog.changes();
    const { cursor, parked, retried, isEverything } = changes;
    if (cursor === undefined && parked.length + retried.length === 0) return;
    await this.#transaction(async (tx) => {
      for (const each of parked) await parkDelivery(tx, each);
      for (const each of retried) if (!each.isParked) await removeParked(tx, each.key);
      if (cursor !== undefined) await moveCursor(tx, reader, cursor);
      if (isEverything) await releaseLease(tx, reader, this.#holder);
    });
    backlog.recorded(changes);
  }

  #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#deps.database.transaction(this.#tenant, work);
  }

  /** Reports trouble once, not each time that it is met again. */
  #report(message: string): void {
    if (message !== this.#trouble) this.#deps.onError(message, this.#tenant);
    this.#trouble = message;
  }
}

/** Waits for a promise, but not longer. */
async function settledWithin(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

function later(one: EventPosition | undefined, other: EventPosition): EventPosition {
  if (one === undefined) return other;
  const difference = BigInt(one.transactionId) - BigInt(other.transactionId);
  return difference > 0n || (difference === 0n && one.eventId > other.eventId) ? one : other;
}

/** Computes the wake-ups of an event. Bad data is a problem of this event alone; trouble with PostgreSQL is thrown. */
async function planOf(tx: Transaction, event: StoredEvent): Promise<Plan> {
  try {
    return { wakeups: await inSavepoint(tx, () => wakeupsOf(tx, event)) };
  } catch (error) {
    if (isTransient(error)) throw error;
    return { problem: `${event.type}: ${messageOf(error)}` };
  }
}
