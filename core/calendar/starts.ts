import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import type { Recurrence } from './recurrence.js';
import { dayMs, type WallTime } from './wall-clock.js';

/** Rules are evaluated for so many days at a time, and what was found is kept. */
const blockMs = 64 * dayMs;

/** How many blocks are kept at most. */
const maxBlocks = 256;

/** A rule that needs more steps than this to reach its COUNT is too rare to count. */
const maxIterations = 10_000;

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

  /** @throws RangeError for a rule that does not reach its COUNT in any time that is looked at */
  constructor({ first, recurrence, notAfter, accepts }: StartTerms) {
    this.#first = first;
    this.#accepts = accepts;
    this.#rule = recurrence === undefined ? undefined : ruleFrom(first, recurrence.rule);
    this.last = this.#rule === undefined ? first : Math.min(lastOfAll, notAfter, lastOf(this.#rule, recurrence?.count));
  }

  /** Those from one time, included, to another, in their order. */
  *between(from: WallTime, to: WallTime): Generator<WallTime> {
    const end = Math.min(to, this.last + 1);
    for (let block = blockOf(Math.max(from, this.#first)); block * blockMs < end; block += 1)
      for (const time of this.#block(block)) {
        if (time >= end) return;
        if (time >= from) yield time;
      }
  }

  /** The latest from one time, included, to another. */
  latest(from: WallTime, to: WallTime): WallTime | undefined {
    const end = Math.min(to, this.last + 1);
    const begin = Math.max(from, this.#first);
    for (let block = blockOf(end - 1); (block + 1) * blockMs > begin; block -= 1) {
      const found = this.#block(block).findLast((time) => time < end);
      if (found !== undefined) return found >= from ? found : undefined;
    }
    return undefined;
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

function blockOf(time: WallTime): number {
  return Math.floor(time / blockMs);
}

function ruleFrom(first: WallTime, rule: string): RRuleTemporal {
  const start = Temporal.Instant.fromEpochMilliseconds(first).toString({ smallestUnit: 'second' });
  return new RRuleTemporal({
    rruleString: `DTSTART;TZID=UTC:${start.replaceAll(/[-:Z]/g, '')}\nRRULE:${rule}`,
    ...{ maxIterations, strict: true, cache: false },
  });
}

/** When it begins for the last time of as many as it counts. */
function lastOf(rule: RRuleTemporal, count: number | undefined): WallTime {
  if (count === undefined) return Infinity;
  try {
    let last = 0;
    rule.all(({ epochMilliseconds }, index) => {
      if (index < count) last = epochMilliseconds;
      return index + 1 < count && epochMilliseconds < lastOfAll;
    });
    return last;
  } catch (error) {
    throw new RangeError('the rule does not reach its COUNT in any time that is looked at', { cause: error });
  }
}
