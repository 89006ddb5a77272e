import type { Transaction } from '../store/database.js';
import type { EventPosition, StoredEvent } from '../store/event/read.js';

/** How far a handler has come. */
export interface Progress {
  /** Up to where it has done everything that it has taken; undefined when that has not changed. */
  readonly cursor: EventPosition | undefined;
  /** Whether nothing of what it has taken is left. */
  readonly isEverything: boolean;
}

/**
 * What a reader of the log does with the events of one tenant. Its methods are called one after the other. One that throws
 * has changed nothing: it is called again after a pause, with the same events.
 */
export interface EventHandler {
  /** How many more events it takes, besides those that it has not done yet. */
  readonly room: number;
  /** Whether there is something to do besides new events. */
  isWanted(tx: Transaction): Promise<boolean>;
  /**
   * Takes the next events in commit order, maybe none, in a transaction that changes nothing: however long it takes, it
   * holds up no event of anybody. @returns how much there was to take
   */
  take(tx: Transaction, events: readonly StoredEvent[]): Promise<number>;
  /** Works outside of any transaction, and resolves soon: what takes longer goes on meanwhile. */
  work(): Promise<void>;
  /** Records what is done, in the transaction that moves the cursor. */
  record(tx: Transaction): Promise<Progress>;
  /** What was recorded last is committed. */
  recorded(): void;
  /** Ends what still goes on: the follower stops, or another instance has taken over from the cursor. */
  stop(): Promise<void>;
}
