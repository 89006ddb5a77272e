import type { Client } from '@temporalio/client';
import { messageOf } from '../core/errors.js';
import { concernsOf } from '../core/event/words.js';
import type { Transaction } from '../store/database.js';
import { isRetryRequested, retriesRequested } from '../store/delivery/read.js';
import { parkDelivery, removeParked } from '../store/delivery/write.js';
import { eventsWithIds, type StoredEvent } from '../store/event/read.js';
import { inSavepoint } from '../store/savepoint.js';
import { isTransient } from '../store/transient.js';
import { Backlog, type Changes, type Plan } from './backlog.js';
import { deliver } from './deliver.js';
import type { EventHandler, Progress } from './event-handler.js';
import { wakeupsOf } from './wake-ups.js';

/** How many events are taken beyond one that cannot be delivered. */
const maxBacklog = 1_000;
/** How many parked deliveries are tried again at a time. */
const maxRetries = 200;
/** How many deliveries of a tenant are in flight at a time. */
const concurrency = 10;
/** For how long a round waits for its deliveries; those that take longer stay in flight. */
const roundMs = 500;

/** The dependencies of the deliveries of one tenant. */
export interface DeliveriesDeps {
  readonly client: Client;
  /** Receives a delivery that has failed and is tried again. */
  readonly onFailed: (message: string) => void;
  /** Receives a delivery that is parked. */
  readonly onParked: (message: string) => void;
}

/** Handles events by signalling the runs that they concern. */
export class Deliveries implements EventHandler {
  readonly #deps: DeliveriesDeps;
  readonly #backlog = new Backlog();
  readonly #lanes = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #changes: Changes | undefined;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
  }

  get room(): number {
    return maxBacklog - this.#backlog.size;
  }

  isWanted(tx: Transaction): Promise<boolean> {
    return isRetryRequested(tx);
  }

  async take(tx: Transaction, events: readonly StoredEvent[]): Promise<number> {
    const backlog = this.#backlog;
    const retries = (await retriesRequested(tx, maxRetries)).filter((key) => !backlog.isRetrying(key));
    const ids = retries.map(({ eventId }) => eventId);
    const again = ids.length === 0 ? [] : await eventsWithIds(tx, ids);
    const plans = new Map<number, Plan>();
    for (const event of [...events, ...again]) plans.set(event.position.eventId, await planOf(tx, event));
    const planFor = (id: number): Plan => plans.get(id) ?? { wakeups: [] };
    for (const { position } of events) backlog.addEvent(position, planFor(position.eventId));
    for (const key of retries) backlog.addRetry(key, planFor(key.eventId));
    return events.length + retries.length;
  }

  async work(): Promise<void> {
    const opened: Promise<void>[] = [];
    while (this.#lanes.size < concurrency && this.#backlog.hasDue(Date.now())) opened.push(this.#openLane());
    await settledWithin(roundMs, Promise.all(opened));
  }

  async record(tx: Transaction): Promise<Progress> {
    const changes = this.#backlog.changes();
    for (const each of changes.parked) await parkDelivery(tx, each);
    for (const each of changes.retried) if (!each.isParked) await removeParked(tx, each.key);
    this.#changes = changes;
    return changes;
  }

  recorded(): void {
    if (this.#changes !== undefined) this.#backlog.recorded(this.#changes);
    this.#changes = undefined;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#lanes);
  }

  #openLane(): Promise<void> {
    const lane = this.#send().finally(() => this.#lanes.delete(lane));
    this.#lanes.add(lane);
    return lane;
  }

  /** Delivers what is due, one after the other, until nothing is. */
  async #send(): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      const next = this.#backlog.takeDue(Date.now());
      if (next === undefined) return;
      const result = await deliver(this.#deps.client, next.wakeup, signal);
      this.#backlog.settle(next, result, Date.now());
      if (signal.aborted) return;
      if (result.outcome === 'failed') this.#deps.onFailed(result.reason);
      if (result.outcome === 'malformed') this.#deps.onParked(`parked for ${next.key.target}: ${result.reason}`);
    }
  }
}

/** Waits for a promise, but not longer. */
async function settledWithin(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([promise, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** Computes the wake-ups of an event. Bad data is a problem of this event alone; trouble with PostgreSQL is thrown. */
async function planOf(tx: Transaction, event: StoredEvent): Promise<Plan> {
  try {
    if (concernsOf(event).length === 0) return { wakeups: [] };
    return { wakeups: await inSavepoint(tx, () => wakeupsOf(tx, event)) };
  } catch (error) {
    if (isTransient(error)) throw error;
    return { problem: `${event.type}: ${messageOf(error)}` };
  }
}
