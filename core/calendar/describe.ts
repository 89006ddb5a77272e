import { listInWords } from '../list-in-words.js';
import { Temporal } from 'temporal-polyfill';
import { type LastBegin, type Recurrence, readRecurrence } from './recurrence.js';
import { dayMs, dayOf, type WallTime, wallTimeOf } from './wall-clock.js';
import type { WindowTimes } from './window.js';

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const codes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

const nthWords: Readonly<Record<string, string>> = {
  ...{ '1': 'first', '2': 'second', '3': 'third', '4': 'fourth', '5': 'fifth', '-1': 'last' },
};

/** So many left-out days are named, more are counted. */
const mostNamed = 3;

/**
 * When a window is there, in plain English: `every Friday 18:00 to Monday 08:00, Europe/Berlin`. A rule for which there are
 * no short words is told as it is written.
 */
export function describeTimes({ zone, begins, ends, lasts, recurrence, except = [] }: WindowTimes): string {
  const from = wallTimeOf(begins);
  const to = ends === undefined ? undefined : wallTimeOf(ends);
  if (recurrence === undefined) {
    const end = to === undefined ? `for ${lengthWords(lasts ?? 'PT0S')}` : `to ${dayOf(to)} ${timeOf(to)}`;
    return `${dayOf(from)} ${timeOf(from)} ${end}, ${zone}`;
  }
  const rule = readRecurrence(recurrence);
  const days = 'problems' in rule ? undefined : daysOf(rule, from);
  const words =
    days === undefined
      ? `from ${dayOf(from)} on by the rule ${recurrence}, ${timeOf(from)}`
      : `${days} ${timeOf(from)}`;
  return [
    `${words} ${to === undefined ? `for ${lengthWords(lasts ?? 'PT0S')}` : endWords(from, to, days)}`,
    zone,
    // The rule as it is written says its end itself.
    ...('problems' in rule || days === undefined ? [] : endOfRule(rule)),
    ...exceptWords(except),
  ].join(', ');
}

/** `every Friday`; undefined where there are no short words. */
function daysOf({ parts }: Recurrence, from: WallTime): string | undefined {
  const shape = [...parts.keys()]
    .filter((name) => !['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST'].includes(name))
    .sort();
  const interval = Number(parts.get('INTERVAL') ?? '1');
  const every = (unit: string): string =>
    interval === 1 ? `every ${unit}` : interval === 2 ? `every other ${unit}` : `every ${interval} ${unit}s`;
  const byDay = parts.get('BYDAY')?.split(',') ?? [];
  const date = Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO('UTC');
  switch (`${parts.get('FREQ') ?? ''} ${shape.join(' ')}`.trim()) {
    case 'DAILY':
      return every('day');
    case 'DAILY BYDAY':
      return interval === 1 ? `every ${weekdayWords(byDay)}` : undefined;
    case 'WEEKLY':
      return onWeekdays(every('week'), interval, [codes[date.dayOfWeek - 1] ?? '']);
    case 'WEEKLY BYDAY':
      return onWeekdays(every('week'), interval, byDay);
    case 'MONTHLY':
      return on(dayOfMonth(date.day), every('month'));
    case 'MONTHLY BYMONTHDAY':
      return on(monthDayWords(parts.get('BYMONTHDAY') ?? ''), every('month'));
    case 'MONTHLY BYDAY':
      return on(nthWeekday(byDay), every('month'));
    case 'YEARLY':
      return on(dayOfYear(String(date.month), String(date.day)), every('year'));
    case 'YEARLY BYMONTH BYMONTHDAY':
      return on(dayOfYear(parts.get('BYMONTH') ?? '', parts.get('BYMONTHDAY') ?? ''), every('year'));
    default:
      return undefined;
  }
}

function on(day: string | undefined, period: string): string | undefined {
  return day === undefined ? undefined : `on ${day} of ${period}`;
}

function onWeekdays(period: string, interval: number, days: readonly string[]): string {
  return interval === 1 ? `every ${weekdayWords(days)}` : `${period} on ${weekdayWords(days)}`;
}

/** `Monday to Friday`, `Saturday and Sunday`. */
function weekdayWords(days: readonly string[]): string {
  const indices = [...new Set(days.map((day) => codes.indexOf(day)))].sort((a, b) => a - b);
  const [first = 0] = indices;
  const last = indices.at(-1) ?? 0;
  const name = (index: number): string => weekdays[index] ?? '';
  if (indices.length === 7) return 'day';
  if (indices.length > 2 && last - first === indices.length - 1) return `${name(first)} to ${name(last)}`;
  return listInWords(indices.map(name));
}

function monthDayWords(days: string): string | undefined {
  if (days === '-1') return 'the last day';
  return /^\+?\d+$/.test(days) ? dayOfMonth(Number(days)) : undefined;
}

function dayOfMonth(day: number): string {
  return day > 28 ? `day ${day}, if there is one,` : `day ${day}`;
}

function nthWeekday(days: readonly string[]): string | undefined {
  const [, nth = '', code = ''] = days.length === 1 ? (/^\+?(-1|[1-5])(\w\w)$/.exec(days[0] ?? '') ?? []) : [];
  const words = nthWords[nth];
  return words === undefined ? undefined : `the ${words} ${weekdays[codes.indexOf(code)] ?? ''}`;
}

function dayOfYear(month: string, day: string): string | undefined {
  return /^\d+$/.test(month) && /^\+?\d+$/.test(day) ? `${Number(day)} ${months[Number(month) - 1] ?? ''}` : undefined;
}

/** When it ends: a time of the same day, a weekday where it begins on one, or how long it is. */
function endWords(from: WallTime, to: WallTime, days: string | undefined): string {
  const dayAfter = Math.floor(to / dayMs) - Math.floor(from / dayMs);
  if (dayAfter === 0) return `to ${timeOf(to)}`;
  if (dayAfter === 1) return `to ${timeOf(to)} the next day`;
  if (dayAfter < 7 && /^every (?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day$/.test(days ?? ''))
    return `to ${weekdays[(dayOfWeek(from) + dayAfter) % 7] ?? ''} ${timeOf(to)}`;
  return `to ${timeOf(to)} after ${dayAfter} days`;
}

/** From 0 for Monday; 1970 began on a Thursday. */
function dayOfWeek(time: WallTime): number {
  return (((Math.floor(time / dayMs) + 3) % 7) + 7) % 7;
}

function lengthWords(lasts: string): string {
  const { weeks, days, hours, minutes, seconds } = Temporal.Duration.from(lasts);
  const parts = Object.entries({ week: weeks, day: days, hour: hours, minute: minutes, second: seconds });
  return parts.flatMap(([unit, count]) => (count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`])).join(' ');
}

function endOfRule({ count, until }: Recurrence): readonly string[] {
  if (count !== undefined) return [count === 1 ? 'once' : `${count} times`];
  return until === undefined ? [] : [`until ${lastWords(until)}`];
}

function lastWords(until: LastBegin): string {
  if ('instant' in until) return `${dayOf(until.instant)} ${timeOf(until.instant)} UTC`;
  const isWholeDay = until.wall % dayMs === dayMs - 1_000;
  return isWholeDay ? dayOf(until.wall) : `${dayOf(until.wall)} ${timeOf(until.wall)}`;
}

function exceptWords(days: readonly string[]): readonly string[] {
  if (days.length === 0) return [];
  return [`not on ${days.length > mostNamed ? `${days.length} days` : days.join(', ')}`];
}

/** `18:00`, with seconds where there are any. */
function timeOf(time: WallTime): string {
  const text = new Date(time).toISOString();
  return time % 60_000 === 0 ? text.slice(11, 16) : text.slice(11, 19);
}
