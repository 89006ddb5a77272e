import type { Temporal } from 'temporal-polyfill';
import { inZone, instantOf, type Moment } from './moments.js';
import type { Property } from './property.js';
import type { Span } from './span.js';
import { Unreadable } from './times.js';

/** How many days a series leaves out, and how many times it has besides its rule, at most. */
export const maxDates = 100;

/** Each time of lists of times, as a property of its own. @throws Unreadable for more than are read */
export function datesOf(properties: readonly Property[]): readonly Property[] {
  const dates: Property[] = [];
  for (const property of properties) {
    // One more than may be left shows that there are too many, however long the list is.
    for (const value of property.value.split(',', maxDates + 1)) dates.push({ ...property, value });
    if (dates.length > maxDates) throw new Unreadable(`${property.name}: it has more than ${maxDates} times`);
  }
  return dates;
}

/** The days that a series leaves out, in which it begins once at most. */
export class LeftOut {
  readonly #begin: Moment;
  readonly #days = new Set<string>();

  constructor(begin: Moment) {
    this.#begin = begin;
  }

  /** @returns whether the series can begin then at all */
  add(moment: Moment): boolean {
    const wall = moment.isDay ? moment.wall : inZone(moment, this.#begin.zone);
    const isTime = moment.isDay || this.#isAt(wall);
    if (isTime) this.#days.add(dayOf({ wall }));
    return isTime;
  }

  /** The days, in their order. @throws Unreadable for more than a window can have */
  days(): readonly string[] {
    if (this.#days.size > maxDates) throw new Unreadable(`it leaves out more than ${maxDates} days`);
    return [...this.#days].sort();
  }

  /** Whether it begins at a time if it begins on that day: clocks that are set forward show a later one. */
  #isAt(wall: Temporal.PlainDateTime): boolean {
    const { zone, wall: begin } = this.#begin;
    const minutes = 60 * (wall.hour - begin.hour) + wall.minute - begin.minute;
    if (minutes === 0) return wall.second === begin.second;
    if (minutes < 0 || minutes > 60) return false;
    return instantOf({ zone, wall: wall.withPlainTime(begin.toPlainTime()) }) === instantOf({ zone, wall });
  }
}

/** The times of an event that come by no rule, out of which single ones are taken. */
export class SingleTimes {
  readonly #spans: readonly Span[];
  readonly #gone = new Set<Span>();
  /** By what a time or a day is known as; made when it is first asked for. */
  #index: ReadonlyMap<number | string, readonly Span[]> | undefined;

  constructor(spans: readonly Span[]) {
    this.#spans = spans;
  }

  has(span: Span): boolean {
    return !this.#gone.has(span);
  }

  /** @returns whether one begins then */
  takeOut(moment: Moment): boolean {
    this.#index ??= indexed(this.#spans);
    const found = this.#index.get(moment.isDay ? dayOf(moment) : instantOf(moment)) ?? [];
    for (const span of found) this.#gone.add(span);
    return found.length > 0;
  }
}

function indexed(spans: readonly Span[]): ReadonlyMap<number | string, readonly Span[]> {
  const index = new Map<number | string, Span[]>();
  for (const span of spans)
    for (const key of [instantOf(span.begin), dayOf(span.begin)]) {
      const known = index.get(key);
      if (known === undefined) index.set(key, [span]);
      else known.push(span);
    }
  return index;
}

function dayOf({ wall }: Pick<Moment, 'wall'>): string {
  return wall.toPlainDate().toString();
}
