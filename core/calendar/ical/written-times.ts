import { Temporal } from 'temporal-polyfill';
import type { WindowTimes } from '../window.js';
import type { FeedTimes } from './feed-event.js';
import { instantOf } from './moments.js';
import { quoted, readTime } from './times.js';

/** When an event is, as the lines of an event. */
export interface WrittenTimes {
  readonly lines: readonly string[];
  /** The zone of which its times are, unless that is UTC, and the years in which they are; endless ones have no last. */
  readonly zoned?: { readonly zone: string; readonly years: { readonly first: number; readonly last?: number } };
}

/** @throws RangeError for what is no zone, time or day */
export function writtenTimes(times: FeedTimes): WrittenTimes {
  if ('day' in times) return { lines: dayLines(Temporal.PlainDate.from(times.day)) };
  if ('from' in times) return { lines: [`DTSTART:${utcText(times.from)}`, `DTEND:${utcText(times.to)}`] };
  return windowTimes(times);
}

/** `20261218T180000Z`, of an instant, or of milliseconds of epoch. */
export function utcText(instant: Date | number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function dayLines(day: Temporal.PlainDate): readonly string[] {
  const text = (date: Temporal.PlainDate): string => date.toString().replaceAll('-', '');
  return [`DTSTART;VALUE=DATE:${text(day)}`, `DTEND;VALUE=DATE:${text(day.add({ days: 1 }))}`];
}

function windowTimes({ zone, begins, ends, lasts, recurrence, except = [] }: WindowTimes): WrittenTimes {
  const begin = Temporal.PlainDateTime.from(begins);
  const end = ends === undefined ? undefined : Temporal.PlainDateTime.from(ends);
  // Temporal takes offsets and whole times as zones, too, which would end the parameter in which a zone stands.
  if (!/^[A-Za-z][\w+/-]*$/.test(zone)) throw new RangeError(`${quoted(zone)} is no zone`);
  instantOf({ wall: begin, zone });
  const property = (name: string, values: readonly Temporal.PlainDateTime[]): string =>
    zone === 'UTC'
      ? `${name}:${values.map((value) => `${basic(value)}Z`).join(',')}`
      : `${name};TZID=${zone}:${values.map(basic).join(',')}`;
  const left = except.map((day) => Temporal.PlainDate.from(day).toPlainDateTime(begin.toPlainTime()));
  return {
    lines: [
      property('DTSTART', [begin]),
      end === undefined ? `DURATION:${durationText(lasts ?? 'PT0S')}` : property('DTEND', [end]),
      ...(recurrence === undefined ? [] : [`RRULE:${ruleText(recurrence, zone)}`]),
      ...left.map((time) => property('EXDATE', [time])),
    ],
    ...(zone !== 'UTC' && { zoned: { zone, years: yearsOf(begin, end ?? begin.add(lasts ?? 'PT0S'), recurrence) } }),
  };
}

/** A rule whose end is an instant, as RFC 5545 wants it (section 3.3.10); a day is the whole of it. */
function ruleText(recurrence: string, zone: string): string {
  return recurrence.replace(/(?<=(?:^|;)UNTIL=)[^;]*/, (until) => {
    const last = readTime(until);
    if (last.type === 'instant') return until;
    const wall = last.type === 'wall' ? last.time : last.date.toPlainDateTime('23:59:59');
    return utcText(instantOf({ wall, zone }));
  });
}

/** RFC 5545 knows weeks alone, and no hours with seconds without minutes (section 3.3.6). */
function durationText(lasts: string): string {
  const { weeks, days, hours, minutes, seconds } = Temporal.Duration.from(lasts);
  if (weeks > 0 && days + hours + minutes + seconds === 0) return `P${weeks}W`;
  const allDays = weeks * 7 + days;
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 || (hours > 0 && seconds > 0) ? `${minutes}M` : '',
    seconds > 0 ? `${seconds}S` : '',
  ].join('');
  return `P${allDays > 0 ? `${allDays}D` : ''}${time === '' ? '' : `T${time}`}`;
}

function yearsOf(begin: Temporal.PlainDateTime, end: Temporal.PlainDateTime, recurrence: string | undefined) {
  if (recurrence === undefined) return { first: begin.year, last: end.year };
  const until = /(?:^|;)UNTIL=(\d{4})/.exec(recurrence)?.[1];
  // The last one may end in another year than it begins.
  return { first: begin.year, ...(until !== undefined && { last: Number(until) + (end.year - begin.year) + 1 }) };
}

function basic(time: Temporal.PlainDateTime): string {
  return time.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
}
