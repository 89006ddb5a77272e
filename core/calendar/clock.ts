import { Occurrences, type Presence } from './occurrences.js';
import type { WindowTimes } from './window.js';

/** Says when windows are there. */
export interface Clock {
  /** @param at milliseconds of epoch */
  presenceOf(window: WindowTimes, at: number): Presence;
}

/** For how many windows with other times it is remembered how they come back. */
const maxWindows = 2_000;

/** How many parts of time are remembered of each. */
const maxParts = 64;

/** A part of time in which the presence of a window is known. */
interface Part {
  readonly from: number;
  readonly to: number;
  readonly presence: Presence;
}

interface Known {
  readonly occurrences: Occurrences;
  readonly parts: Part[];
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
    const { occurrences, parts } = this.#knownOf(window);
    const part = parts.find(({ from, to }) => from <= at && at < to);
    if (part !== undefined) return part.presence;
    const presence = occurrences.at(at);
    // What it is steady to counts from the instant that was asked about.
    if (presence.steadyTo === undefined) {
      if (parts.length >= maxParts) parts.splice(0, maxParts / 2);
      parts.push({ from: at, to: presence.until ?? Infinity, presence });
    }
    return presence;
  }

  #knownOf(window: WindowTimes): Known {
    const found = this.#byWindow.get(window);
    if (found !== undefined) return found;
    const { zone, begins, ends, lasts, recurrence, except } = window;
    const times = JSON.stringify([zone, begins, ends, lasts, recurrence, except]);
    const known = this.#byTimes.get(times) ?? { occurrences: new Occurrences(window), parts: [] };
    if (this.#byTimes.size >= maxWindows) this.#byTimes.clear();
    this.#byTimes.set(times, known);
    this.#byWindow.set(window, known);
    return known;
  }
}
