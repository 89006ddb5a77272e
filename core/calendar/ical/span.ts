import { Temporal } from 'temporal-polyfill';
import type { WindowTimes } from '../window.js';
import { inZone, type Moment, type Moments } from './moments.js';
import type { Property } from './property.js';
import { readDuration, Unreadable, writtenTime } from './times.js';

/** How long something is: to a time on the wall, or by a duration. */
export type Length = { readonly wall: Temporal.Duration } | { readonly lasts: string };

/** When an event is for the first time. */
export interface Span {
  readonly begin: Moment;
  readonly length: Length;
}

interface SpanProperties {
  readonly start: Property;
  readonly end: Property | undefined;
  readonly duration: Property | undefined;
}

/** When an event is, for the first time where it comes back (RFC 5545, section 3.6.1). @throws Unreadable */
export function readSpan({ start, end, duration }: SpanProperties, moments: Moments): Span {
  const begin = moments.of(start);
  if (end !== undefined) return { begin, length: lengthTo(begin, moments.of(end)) };
  if (duration !== undefined) return { begin, length: lengthOf(begin, duration.value) };
  if (!begin.isDay) throw new Unreadable('it says no end, so that it lasts no time; expected DTEND or DURATION');
  return { begin, length: { wall: Temporal.Duration.from({ days: 1 }) } };
}

/** A period of RDATE, `20261218T180000Z/PT8H` (section 3.3.9). @throws Unreadable */
export function readPeriod(property: Property, moments: Moments): Span {
  const [from = '', to = ''] = property.value.split('/');
  const begin = moments.of({ ...property, value: from });
  return {
    begin,
    length: /^\+?P/.test(to.trim()) ? lengthOf(begin, to) : lengthTo(begin, moments.of({ ...property, value: to })),
  };
}

/** When a window is that is there for so long, for the first time. */
export function timesOf({
  begin: { wall, zone },
  length,
}: Span): Pick<WindowTimes, 'zone' | 'begins' | 'ends' | 'lasts'> {
  const end = 'lasts' in length ? length : { ends: writtenTime(wall.add(length.wall)) };
  return { zone, begins: writtenTime(wall), ...end };
}

function lengthTo(begin: Moment, end: Moment): Length {
  if (begin.isDay !== end.isDay) throw new Unreadable('DTEND: of begin and end, one is a day and one is a time');
  const wall = begin.wall.until(inZone(end, begin.zone), { largestUnit: 'days' });
  if (wall.sign < 0) throw new Unreadable('it ends before it begins');
  if (wall.sign === 0) throw new Unreadable('it ends when it begins, so that it lasts no time');
  return { wall };
}

/** Days last to the same time of another day, whatever happens to clocks. */
function lengthOf(begin: Moment, value: string): Length {
  const lasts = readDuration(value);
  if (!begin.isDay) return { lasts };
  if (lasts.includes('T')) throw new Unreadable('DURATION: it begins on a day, and lasts a part of one');
  return { wall: Temporal.Duration.from(lasts) };
}
