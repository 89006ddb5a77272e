import { Occurrences, type Presence } from './occurrences.js';
import type { WindowTimes } from './window.js';

/** Says when windows are there. */
export interface Clock {
  /** @param at milliseconds of epoch */
  presenceOf(window: WindowTimes, at: number): Presence;
}

/** Of how many windows with other times it is remembered when they are there. */
const maxWindows = 1_000;

/** How many parts of time are remembered of each. */
const maxParts = 512;

/** How many instants are remembered of each at which no change is found. */
const maxInstants = 64;

/** A part of time in which a window is there, or is not. */
interface Part {
  from: number;
  readonly to: number;
  readonly presence: Presence;
}

/** What is known of one window: parts of time that do not overlap, in their order. */
class Known {
  readonly #occurrences: Occurrences;
  #parts: Part[] = [];
  readonly #instants = new Map<number, Presence>();

  constructor(times: WindowTimes) {
    this.#occurrences = new Occurrences(times);
  }

  at(instant: number): Presence {
    const index = this.#firstAfter(instant);
    const part = this.#parts[index];
    if (part !== undefined && part.from <= instant) return part.presence;
    const presence = this.#instants.get(instant) ?? this.#occurrences.at(instant);
    if (presence.steadyTo !== undefined) {
      // How far it was looked counts from the instant that was asked about.
      if (this.#instants.size >= maxInstants) this.#instants.clear();
      this.#instants.set(instant, presence);
      return presence;
    }
    const to = presence.until ?? Infinity;
    if (part?.to === to) part.from = instant;
    else if (this.#parts.length < maxParts) this.#parts.splice(index, 0, { from: instant, to, presence });
    else this.#parts = [{ from: instant, to, presence }];
    return presence;
  }

  /** The first part that ends after an instant. */
  #firstAfter(instant: number): number {
    let [low, high] = [0, this.#parts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#parts[middle]?.to ?? Infinity) > instant) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * Remembers when windows are there, so that one that holds for many products is looked up once. What it says of an instant
 * depends on that instant alone, never on what it was asked before: it only remembers what is the same at each instant of
 * a part of time.
 */
export class WindowClock implements Clock {
  readonly #byWindow = new WeakMap<WindowTimes, Known>();
  /** Windows are read again and again, and are other objects each time. */
  readonly #byTimes = new Map<string, Known>();

  presenceOf(window: WindowTimes, at: number): Presence {
    return this.#knownOf(window).at(at);
  }

  #knownOf(window: WindowTimes): Known {
    const found = this.#byWindow.get(window);
    if (found !== undefined) return found;
    const { zone, begins, ends, lasts, recurrence, except } = window;
    const times = JSON.stringify([zone, begins, ends, lasts, recurrence, except]);
    const known = this.#byTimes.get(times) ?? new Known(window);
    if (this.#byTimes.size >= maxWindows) this.#byTimes.clear();
    this.#byTimes.set(times, known);
    this.#byWindow.set(window, known);
    return known;
  }
}
