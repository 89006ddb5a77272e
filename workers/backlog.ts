import { digestOf } from '../core/hash.js';
import type { DeliveryKey } from '../store/delivery/read.js';
import type { FailedDelivery } from '../store/delivery/write.js';
import type { EventPosition } from '../store/event/read.js';
import type { DeliveryResult } from './deliver.js';
import type { Progress } from './event-handler.js';
import type { Wakeup } from './wake-ups.js';

/** What an event asks for: wake-ups, or nothing but a problem because they could not be computed. */
export type Plan = { readonly wakeups: readonly Wakeup[] } | { readonly problem: string };

/** One wake-up that is to be delivered. */
export interface Delivery {
  readonly key: DeliveryKey;
  readonly wakeup: Wakeup;
  attempts: number;
}

/** What is to be recorded together; what is parked is done. */
export interface Changes extends Progress {
  readonly parked: readonly FailedDelivery[];
  /** Retries of parked deliveries that are over. */
  readonly retried: readonly Retry[];
}

/** The deliveries of one event. */
interface Group {
  /** How many of them are neither delivered nor parked. */
  open: number;
  isParked: boolean;
}

interface ReadEvent extends Group {
  readonly position: EventPosition;
}

/** The deliveries of one parked row that are tried again. */
interface Retry extends Group {
  readonly key: DeliveryKey;
}

// Longer than any workflow id of ours, and short enough for an index.
const maxTargetLength = 500;
const firstRetryMs = 100;
const maxRetryMs = 5_000;

/** The name under which a delivery is parked: the workflow id, abbreviated when it is longer than any can be. */
export function targetOf({ workflowId }: Wakeup): string {
  return workflowId.length <= maxTargetLength ? workflowId : `${workflowId.slice(0, 200)}… ${digestOf(workflowId)}`;
}

/**
 * What one tenant's dispatcher has read and not yet recorded as done. An event that cannot be delivered yet keeps only
 * the cursor where it is; the events after it are delivered meanwhile.
 */
export class Backlog {
  /** In commit order; those at the front are the reason why the cursor does not move. */
  #events: ReadEvent[] = [];
  #retries: Retry[] = [];
  #parked: FailedDelivery[] = [];
  /** Not in flight, each with when it may be tried. */
  #waiting = new Map<Delivery, { readonly group: Group; readonly notBefore: number }>();
  #inFlight = new Map<Delivery, Group>();

  /** How many events are in it. */
  get size(): number {
    return this.#events.length;
  }

  /** Adds an event, in commit order. */
  addEvent(position: EventPosition, plan: Plan): void {
    const event: ReadEvent = { position, open: 0, isParked: false };
    this.#events.push(event);
    if ('problem' in plan) this.#park(event, { eventId: position.eventId, target: '' }, plan.problem, 1);
    else this.#add(event, position.eventId, plan.wakeups);
  }

  /** Whether the retry of a parked delivery is in it already. */
  isRetrying(key: DeliveryKey): boolean {
    return this.#retries.some((retry) => retry.key.eventId === key.eventId && retry.key.target === key.target);
  }

  /** Adds the retry of a parked delivery. The event may no longer concern its target; then nothing is left to do. */
  addRetry(key: DeliveryKey, plan: Plan): void {
    const retry: Retry = { key, open: 0, isParked: false };
    this.#retries.push(retry);
    if ('problem' in plan) this.#park(retry, key, plan.problem, 1);
    else {
      const wanted = plan.wakeups.filter((wakeup) => key.target === '' || targetOf(wakeup) === key.target);
      this.#add(retry, key.eventId, wanted);
    }
  }

  /** Whether there is a delivery to take. */
  hasDue(nowMs: number): boolean {
    return [...this.#waiting.values()].some(({ notBefore }) => notBefore <= nowMs);
  }

  /** Takes the next delivery that is due; it is in flight until it is settled. */
  takeDue(nowMs: number): Delivery | undefined {
    for (const [delivery, { group, notBefore }] of this.#waiting) {
      if (notBefore > nowMs) continue;
      this.#waiting.delete(delivery);
      this.#inFlight.set(delivery, group);
      delivery.attempts += 1;
      return delivery;
    }
    return undefined;
  }

  /** Notes what became of a delivery in flight. */
  settle(delivery: Delivery, result: DeliveryResult, nowMs: number): void {
    const group = this.#inFlight.get(delivery);
    if (group === undefined) return;
    this.#inFlight.delete(delivery);
    if (result.outcome === 'failed') {
      const waitMs = Math.min(firstRetryMs * 2 ** (delivery.attempts - 1), maxRetryMs);
      this.#waiting.set(delivery, { group, notBefore: nowMs + waitMs });
      return;
    }
    if (result.outcome === 'malformed') this.#park(group, delivery.key, result.reason, delivery.attempts);
    group.open -= 1;
  }

  /** What can be recorded now. */
  changes(): Changes {
    const firstOpen = this.#events.findIndex(({ open }) => open > 0);
    const done = firstOpen === -1 ? this.#events : this.#events.slice(0, firstOpen);
    const retried = this.#retries.filter(({ open }) => open === 0);
    return {
      cursor: done.at(-1)?.position,
      parked: [...this.#parked],
      retried,
      isEverything: done.length === this.#events.length && retried.length === this.#retries.length,
    };
  }

  /** Forgets what was recorded. */
  recorded({ cursor, parked, retried }: Changes): void {
    this.#parked = this.#parked.filter((each) => !parked.includes(each));
    this.#retries = this.#retries.filter((each) => !retried.includes(each));
    this.#events.splice(0, this.#events.findIndex(({ position }) => position === cursor) + 1);
  }

  #add(group: Group, eventId: number, wakeups: readonly Wakeup[]): void {
    for (const wakeup of wakeups) {
      const delivery = { key: { eventId, target: targetOf(wakeup) }, wakeup, attempts: 0 };
      this.#waiting.set(delivery, { group, notBefore: 0 });
      group.open += 1;
    }
  }

  #park(group: Group, key: DeliveryKey, reason: string, attempts: number): void {
    group.isParked = true;
    this.#parked.push({ ...key, reason, attempts });
  }
}
