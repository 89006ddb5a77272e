import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import type { Recurrence } from './recurrence.js';
import { dayMs, type WallTime } from './wall-clock.js';

/** Rules are evaluated for so many days at a time, and what was found is kept. */
const blockMs = 64 * dayMs;

/** How many blocks are kept at most. */
const maxBlocks = 256;

/** How many days, weeks, months or years of a rule are looked through for its COUNT at most. */
const maxPeriods = 1_500;

/** How many days a period has at most. */
const daysOfPeriod: Readonly<Record<string, number>> = { DAILY: 1, WEEKLY: 7, MONTHLY: 31, YEARLY: 366 };

/** After the year 9999 nothing begins. */
export const lastOfAll = Date.UTC(10_000, 0, 1);

/** What a window begins by. */
interface StartTerms {
  readonly first: WallTime;
  /** Absent for one that does not come back. */
  readonly recurrence: Recurrence | undefined;
  /** It begins at no time after this one. */
  readonly notAfter: WallTime;
  /** Whether it begins at a time at which its rule says so. */
  readonly accepts: (time: WallTime) => boolean;
}

/**
 * The times on the wall at which a window begins. The rule is evaluated as if the zone were UTC, since by RFC 5545 a time
 * over which clocks are set forward would be left out: a freeze at half past two would be missing in the night in which
 * that happens.
 */
export class Starts {
  readonly #first: WallTime;
  readonly #rule: RRuleTemporal | undefined;
  readonly #accepts: (time: WallTime) => boolean;
  readonly #blocks = new Map<number, readonly WallTime[]>();
  /** None is later. */
  readonly last: WallTime;

  /** @throws RangeError for a rule that comes too rarely to count */
  constructor({ first, recurrence, notAfter, accepts }: StartTerms) {
    this.#first = first;
    this.#accepts = accepts;
    this.#rule = recurrence === undefined ? undefined : ruleFrom(first, recurrence.rule);
    this.last = this.#rule === undefined ? first : Math.min(lastOfAll, notAfter, this.#lastCounted(recurrence));
  }

  /** Those from one time, included, to another, in their order. */
  *between(from: WallTime, to: WallTime): Generator<WallTime> {
    const end = Math.min(to, this.last + 1);
    for (let block = blockOf(Math.max(from, this.#first)); block * blockMs < end; block += 1) {
      const times = this.#block(block);
      for (let index = countBefore(times, from); index < times.length; index += 1) {
        const time = times[index] ?? end;
        if (time >= end) return;
        yield time;
      }
    }
  }

  /** The latest from one time, included, to another. */
  latest(from: WallTime, to: WallTime): WallTime | undefined {
    const end = Math.min(to, this.last + 1);
    const begin = Math.max(from, this.#first);
    for (let block = blockOf(end - 1); (block + 1) * blockMs > begin; block -= 1) {
      const times = this.#block(block);
      const found = times[countBefore(times, end) - 1];
      if (found !== undefined) return found >= from ? found : undefined;
    }
    return undefined;
  }

  /** When it begins for the last time of as many as its rule counts, without regard to what is left out. */
  #lastCounted(recurrence: Recurrence | undefined): WallTime {
    const { count, parts } = recurrence ?? {};
    if (count === undefined || this.#rule === undefined) return Infinity;
    const days = (daysOfPeriod[parts?.get('FREQ') ?? ''] ?? 1) * Number(parts?.get('INTERVAL') ?? '1');
    const end = Math.min(lastOfAll, this.#first + maxPeriods * days * dayMs);
    let last: WallTime | undefined;
    let left = count;
    for (let from = this.#first, length = blockMs; left > 0 && from < end; from += length, length *= 2) {
      const found = this.#rule.between(new Date(from), new Date(Math.min(end, from + length) - 1), true);
      last = found.slice(0, left).at(-1)?.epochMilliseconds ?? last;
      left -= found.length;
    }
    if (left <= 0 && last !== undefined) return last;
    if (end === lastOfAll) return lastOfAll;
    throw new RangeError(`the rule comes too rarely to reach its COUNT of ${count}; say UNTIL instead`);
  }

  #block(index: number): readonly WallTime[] {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    if (this.#blocks.size >= maxBlocks) this.#blocks.clear();
    const [from, to] = [index * blockMs, (index + 1) * blockMs - 1];
    const times =
      this.#rule === undefined
        ? [this.#first].filter((time) => from <= time && time <= to)
        : this.#rule.between(new Date(from), new Date(to), true).map(({ epochMilliseconds }) => epochMilliseconds);
    const accepted = times.filter((time) => time <= this.last && this.#accepts(time));
    this.#blocks.set(index, accepted);
    return accepted;
  }
}

/** How many of ordered times are before one. */
function countBefore(times: readonly WallTime[], end: WallTime): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? end) < end) low = middle + 1;
    else high = middle;
  }
  return low;
}

function blockOf(time: WallTime): number {
  return Math.floor(time / blockMs);
}

function ruleFrom(first: WallTime, rule: string): RRuleTemporal {
  const start = Temporal.Instant.fromEpochMilliseconds(first).toString({ smallestUnit: 'second' });
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=UTC:${start.replaceAll(/[-:Z]/g, '')}\nRRULE:${rule}`,
    ...{ strict: true, cache: false },
  });
}
