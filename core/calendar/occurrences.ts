import { Temporal } from 'temporal-polyfill';
import { type Recurrence, readRecurrence } from './recurrence.js';
import { lastOfAll, Starts } from './starts.js';
import { dayMs, dayOf, mostSetMs, WallClock, type WallTime, wallTimeOf } from './wall-clock.js';
import type { WindowTimes } from './window.js';

/** Whether a window is there at an instant, and until when that stays so; instants are milliseconds of epoch. */
export interface Presence {
  readonly isThere: boolean;
  /** When that changes. */
  readonly until?: number;
  /**
   * Where no change is found as far as it is looked: until when there is none at least. Absent, too, where it never changes.
   */
  readonly steadyTo?: number;
}

/**
 * How far ahead it is looked for the next begin, in milliseconds: 29 February is missing for eight years around a century
 * that has no leap year.
 */
export const longestLookMs = 9 * 366 * dayMs;

/**
 * Windows that begin before the one before them is over are one. How many of them in a row are looked through for their
 * end, and for how long, in milliseconds: each is looked up, and a row may never end.
 */
const longestRow = 200;
export const longestRowMs = 400 * dayMs;

/** A part of time, half-open, in milliseconds of epoch. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** How many spans are kept at most. */
const maxSpans = 10_000;

/** Computes when a window is there. */
export class Occurrences {
  readonly #clock: WallClock;
  readonly #first: WallTime;
  readonly #starts: Starts;
  /** Of each window: on the wall, and then exactly. */
  readonly #length: { readonly wallMs: number; readonly exactMs: number };
  readonly #spans = new Map<WallTime, Span>();

  /** @throws RangeError for what is no zone, time, duration or rule */
  constructor({ zone, begins, ends, lasts, recurrence, except = [] }: WindowTimes) {
    this.#clock = new WallClock(zone);
    const first = wallTimeOf(begins);
    this.#first = first;
    this.#length =
      lasts === undefined
        ? { wallMs: Math.max(0, wallTimeOf(ends ?? begins) - first), exactMs: 0 }
        : lengthOf(Temporal.Duration.from(lasts));
    const rule = recurrence === undefined ? undefined : ruleOf(recurrence);
    const days = new Set(except);
    const { notAfter, isInTime } = this.#endOf(rule?.until);
    this.#starts = new Starts({
      ...{ first, recurrence: rule, notAfter },
      accepts: (time) => (days.size === 0 || !days.has(dayOf(time))) && isInTime(time),
    });
  }

  /** Whether the window is there at an instant. */
  at(now: number): Presence {
    if (now < this.#first - 2 * mostSetMs) return this.#beginAfter(now);
    if (now > lastOfAll + longestLookMs) return { isThere: false };
    let end = this.#endOfBegun(now);
    if (end <= now) return this.#beginAfter(now);
    for (let row = 1; ; row += 1) {
      const next = this.#endOfBegun(end);
      if (next <= end) return { isThere: true, until: end };
      if (row >= longestRow || next - now > longestRowMs) return { isThere: true, steadyTo: next };
      end = next;
    }
  }

  /** The times on the wall at which it begins, from one, included, to another: as its rule says, however clocks are set. */
  startsBetween(from: WallTime, to: WallTime): Iterable<WallTime> {
    return this.#starts.between(from, to);
  }

  /** When the last of the windows is over that have begun by an instant. */
  #endOfBegun(instant: number): number {
    const time = this.#clock.timeAt(instant);
    const { wallMs, exactMs } = this.#length;
    // This one has begun, however clocks were set; those that began long before it are over before it is.
    const begun = this.#starts.latest(time - wallMs - exactMs - 2 * mostSetMs, time - mostSetMs + 1);
    let end = -Infinity;
    for (const start of this.#starts.between((begun ?? time) - mostSetMs, time + mostSetMs)) {
      const { from, to } = this.#spanFrom(start);
      if (from <= instant) end = Math.max(end, to);
    }
    return end;
  }

  /** What it is that the window is not there at an instant, and when it begins after it. */
  #beginAfter(instant: number): Presence {
    const time = Math.max(this.#clock.timeAt(instant), this.#first);
    let found: { readonly start: WallTime; readonly from: number } | undefined;
    for (const start of this.#starts.between(time - mostSetMs, time + longestLookMs)) {
      // Later ones begin later, however clocks are set.
      if (found !== undefined && start > found.start + mostSetMs) break;
      const { from, to } = this.#spanFrom(start);
      if (from > instant && to > from && from < (found?.from ?? Infinity)) found = { start, from };
    }
    if (found !== undefined) return { isThere: false, until: found.from };
    if (time + longestLookMs > this.#starts.last) return { isThere: false };
    return { isThere: false, steadyTo: Math.max(instant, this.#first) + longestLookMs - 2 * mostSetMs };
  }

  #spanFrom(start: WallTime): Span {
    const known = this.#spans.get(start);
    if (known !== undefined) return known;
    if (this.#spans.size >= maxSpans) this.#spans.clear();
    const from = this.#clock.instantOf(start);
    const to = this.#clock.instantOf(start + this.#length.wallMs) + this.#length.exactMs;
    const span = { from, to: Math.max(from, to) };
    this.#spans.set(start, span);
    return span;
  }

  /** Which times on the wall are before the last at which the window begins, or that time. */
  #endOf(until: Recurrence['until']) {
    if (until === undefined) return { notAfter: Infinity, isInTime: () => true };
    if ('wall' in until) return { notAfter: until.wall, isInTime: () => true };
    const { instant } = until;
    const wall = this.#clock.timeAt(instant);
    return {
      notAfter: wall + mostSetMs,
      isInTime: (time: WallTime) => time < wall - mostSetMs || this.#clock.instantOf(time) <= instant,
    };
  }
}

/** Weeks and days are those of the calendar, hours and less are exact (RFC 5545, section 3.3.6). */
function lengthOf({ weeks, days, hours, minutes, seconds }: Temporal.Duration) {
  return { wallMs: (weeks * 7 + days) * dayMs, exactMs: ((hours * 60 + minutes) * 60 + seconds) * 1_000 };
}

function ruleOf(text: string): Recurrence {
  const rule = readRecurrence(text);
  if ('problems' in rule) throw new RangeError(`${text.slice(0, 80)}: ${rule.problems.join('; ')}`);
  return rule;
}
