import { messageOf } from '../core/errors.js';
import type { Database, Transaction } from '../store/database.js';
import { afterCursor, type EventPosition, eventsAfter } from '../store/event/read.js';
import { moveCursor, releaseLease, takeLease } from '../store/event/write.js';
import type { EventHandler } from './event-handler.js';
import { type Pace, Pacer } from './pacer.js';

/** How long another instance waits when the one that has the lease was killed. */
const leaseMs = 3_000;
// What waits is polled quickly, then less often: an event becomes visible once every older transaction has finished.
const pauses = { minMs: 5, maxMs: 200, idleMs: 1_000, maxFailedMs: 3_000 } as const;

const beginning: EventPosition = { transactionId: '0', eventId: 0 };

/** A reader of the log of method events. */
export interface FollowerOptions {
  readonly database: Database;
  /** Whose cursor and lease they are. */
  readonly name: string;
  /** How many events are read at a time. */
  readonly batchSize: number;
  /** Makes the handler of a tenant; another one after the lease was lost. `report` says a lasting trouble once. */
  readonly handlerFor: (tenant: string, report: (message: string) => void) => EventHandler;
  /** Receives what goes wrong; all of it is tried again. The tenant is absent when it concerns all. */
  readonly onError: (message: string, tenant?: string) => void;
}

/** Follows the log of one tenant, independently of all others. */
export class TenantFollower {
  readonly #options: FollowerOptions;
  readonly #tenant: string;
  readonly #holder: string;
  readonly #pacer = new Pacer(pauses);
  #handler: EventHandler;
  /** Where the cursor is, as far as this instance has moved it; undefined while it has no lease. */
  #cursor: EventPosition | undefined;
  /** Up to where the handler has taken events; undefined when all of that is recorded. */
  #takenTo: EventPosition | undefined;
  /** Whether the handler has something that is not recorded. */
  #isBusy = false;
  #trouble: string | undefined;

  /** @param holder names this instance in the lease */
  constructor(options: FollowerOptions, tenant: string, holder: string) {
    this.#options = options;
    this.#tenant = tenant;
    this.#holder = holder;
    this.#handler = this.#newHandler();
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
        const pace = await this.#round();
        if (!this.#isBusy) this.#trouble = undefined;
        return pace;
      } catch (error) {
        this.#report(messageOf(error));
        return 'failed';
      }
    });
    await this.#handler.stop();
    // Without this, the next instance waits until the lease ends, and nothing worse.
    if (this.#isBusy)
      await this.#transaction((tx) => releaseLease(tx, this.#options.name, this.#holder)).catch(() => undefined);
  }

  /** One round: take in a transaction, work outside of any, record in another. */
  async #round(): Promise<Pace> {
    const lease = await this.#lease();
    if (lease === 'lost') await this.#startAgain();
    if (lease !== 'held') return lease === 'idle' ? 'idle' : 'later';
    const found = await this.#take();
    if (this.#isBusy) {
      await this.#handler.work();
      await this.#record();
    }
    if (found === this.#options.batchSize) return 'at once';
    return found > 0 ? 'soon' : 'later';
  }

  /** Takes or renews the lease, if there is something to do. */
  #lease(): Promise<'held' | 'lost' | 'idle' | 'waiting'> {
    const { name } = this.#options;
    return this.#transaction(async (tx) => {
      if (!this.#isBusy) {
        const after = await afterCursor(tx, name, this.#holder);
        if (after === 'leased') return 'waiting';
        if (after !== 'ready' && !(await this.#handler.isWanted(tx))) return after === 'waiting' ? 'waiting' : 'idle';
        this.#cursor = undefined;
      }
      return (await this.#renew(tx)) === undefined ? 'lost' : 'held';
    });
  }

  /**
   * Renews the lease, and keeps the others from taking it before the transaction has ended.
   * @returns the cursor; undefined when another instance has the lease, or has had it and moved the cursor
   */
  async #renew(tx: Transaction): Promise<EventPosition | undefined> {
    const cursor = await takeLease(tx, this.#options.name, this.#holder, leaseMs);
    const expected = this.#cursor ?? cursor;
    if (cursor?.eventId !== expected?.eventId || cursor?.transactionId !== expected?.transactionId) return undefined;
    this.#cursor = cursor;
    return cursor;
  }

  /** Another instance has taken over from the cursor; what is in flight here may happen twice. */
  async #startAgain(): Promise<void> {
    await this.#handler.stop();
    this.#handler = this.#newHandler();
    this.#cursor = undefined;
    this.#takenTo = undefined;
    this.#isBusy = false;
  }

  async #take(): Promise<number> {
    const { batchSize } = this.#options;
    return this.#transaction(async (tx) => {
      const limit = Math.min(batchSize, this.#handler.room);
      const events = await eventsAfter(tx, this.#takenTo ?? this.#cursor ?? beginning, limit);
      const found = await this.#handler.take(tx, events);
      // Noted before the commit, which changes nothing: whether it succeeds or not, the handler has them.
      this.#takenTo = events.at(-1)?.position ?? this.#takenTo;
      this.#isBusy ||= found > 0;
      return found;
    });
  }

  async #record(): Promise<void> {
    const { name } = this.#options;
    const progress = await this.#transaction(async (tx) => {
      const cursor = await this.#renew(tx);
      if (cursor === undefined) return undefined;
      const done = await this.#handler.record(tx);
      await moveCursor(tx, name, done.cursor, done.isEverything);
      return { cursor: done.cursor ?? cursor, isEverything: done.isEverything };
    });
    if (progress === undefined) return this.#startAgain();
    this.#handler.recorded();
    this.#cursor = progress.cursor;
    if (!progress.isEverything) return;
    this.#takenTo = undefined;
    this.#isBusy = false;
  }

  #transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#options.database.transaction(this.#tenant, work);
  }

  #newHandler(): EventHandler {
    return this.#options.handlerFor(this.#tenant, (message) => this.#report(message));
  }

  /** Reports trouble once, not each time that it is met again. */
  #report(message: string): void {
    if (message !== this.#trouble) this.#options.onError(message, this.#tenant);
    this.#trouble = message;
  }
}
