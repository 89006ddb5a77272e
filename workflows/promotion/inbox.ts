import { condition } from '@temporalio/workflow';
import type { PromotionEvent } from '../../core/promotion/events.js';
import type { DecisionReply } from './contract.js';

/** A person's signed statement that is waiting for its turn. */
export interface DecisionEntry {
  readonly type: 'decision';
  readonly statement: unknown;
  readonly frontDoor: 'UPDATE' | 'SIGNAL' | 'START';
  readonly expectedVerb?: string;
  reply?: DecisionReply;
}

/** What the loop processes: an event for the reducer, or a statement that has to be verified first. */
export type InboxEntry = Exclude<PromotionEvent, { type: 'opened' }> | DecisionEntry;

/**
 * Decision signals are dropped while this many entries are waiting: a flood must not fill the history. Updates are
 * bounded by the server.
 */
const maxWaiting = 200;

/**
 * The one queue of a run. Handlers only put messages in; the loop alone takes them out, in order, so no two of them are
 * ever processed at the same time.
 */
export class Inbox {
  private readonly entries: InboxEntry[] = [];

  /** Adds an entry. A hint that is already waiting is not added again. */
  put(entry: InboxEntry): void {
    if (entry.type === 'changed' && this.entries.some((waiting) => waiting.type === 'changed')) return;
    if (entry.type === 'decision' && entry.frontDoor === 'SIGNAL' && this.entries.length >= maxWaiting) return;
    this.entries.push(entry);
  }

  /** Adds a statement and waits until the loop has processed it. */
  async ask(entry: DecisionEntry): Promise<DecisionReply> {
    this.put(entry);
    await condition(() => entry.reply !== undefined);
    return entry.reply as DecisionReply;
  }

  /** Takes the oldest entry. */
  take(): InboxEntry | undefined {
    return this.entries.shift();
  }

  /** Whether nothing is waiting. */
  get isEmpty(): boolean {
    return this.entries.length === 0;
  }

  /** Answers what is still waiting when the run ends. */
  refuseRemaining(reply: DecisionReply): void {
    for (const entry of this.entries.splice(0)) if (entry.type === 'decision') entry.reply = reply;
  }
}
