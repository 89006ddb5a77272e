import { type WallTime, wallTimeOf } from './wall-clock.js';

/** The last instant, or the last time on the wall, at which something may begin. */
export type LastBegin = { readonly instant: number } | { readonly wall: WallTime };

/** A rule by which a window comes back (RFC 5545, section 3.3.10). */
export interface Recurrence {
  /** The rule without its end. */
  readonly rule: string;
  /** How often it begins. */
  readonly count?: number;
  readonly until?: LastBegin;
  /** Its parts as they are written, by name. */
  readonly parts: ReadonlyMap<string, string>;
}

/** How often a window may come back that says how often: each time is looked up. */
export const maxCount = 500;

/** How many days, weeks, months or years may be between two times at most. */
export const maxInterval = 400;

const maxLength = 300;
const often = ['SECONDLY', 'MINUTELY', 'HOURLY'];
const weekday = '(?:MO|TU|WE|TH|FR|SA|SU)';
const listOf = (entry: string): RegExp => new RegExp(`^(?:${entry})(?:,(?:${entry})){0,39}$`);

/** What a part may be, and how that is said to people. */
const parts: Readonly<Record<string, readonly [RegExp, string]>> = {
  FREQ: [/^(?:DAILY|WEEKLY|MONTHLY|YEARLY)$/, 'DAILY, WEEKLY, MONTHLY or YEARLY'],
  INTERVAL: [/^(?:[1-9]\d?|[1-3]\d\d|400)$/, `a whole number from 1 to ${maxInterval}`],
  COUNT: [/^(?:[1-9]\d?|[1-4]\d\d|500)$/, `a whole number from 1 to ${maxCount}`],
  UNTIL: [
    /^\d{8}(?:T\d{6}Z?)?$/,
    'an instant in UTC (20261231T225959Z), a time of the zone (20261231T235959) or a day',
  ],
  BYMONTH: [listOf('[1-9]|1[0-2]'), 'months from 1 to 12'],
  BYMONTHDAY: [listOf('[-+]?(?:[1-9]|[12]\\d|3[01])'), 'days of a month from 1 to 31, or from -1 to -31 from its end'],
  BYDAY: [listOf(`[-+]?(?:[1-9]|[1-4]\\d|5[0-3])?${weekday}`), 'weekdays such as MO or, the last Friday, -1FR'],
  BYSETPOS: [listOf('[-+]?(?:[1-9]\\d?|[12]\\d\\d|3[0-5]\\d|36[0-6])'), 'positions from 1 to 366, or from -1 to -366'],
  WKST: [new RegExp(`^${weekday}$`), 'a weekday such as MO'],
};

/** Why a part is not read that RFC 5545 has. */
const unread: Readonly<Record<string, string>> = {
  BYSECOND: 'a window begins at the second of `begins`',
  BYMINUTE: 'a window begins at the minute of `begins`; for another one, write another window',
  BYHOUR: 'a window begins at the hour of `begins`; for another one, write another window',
  BYYEARDAY: 'write BYMONTH and BYMONTHDAY',
  BYWEEKNO: 'write BYMONTH and BYDAY',
};

/**
 * Reads a rule for days: a window comes back once a day at most. What comes back more often is no window that people could
 * plan with, and looking it up would cost more than it is worth.
 *
 * @returns the rule, or everything that is wrong with it
 */
export function readRecurrence(text: string): Recurrence | { readonly problems: readonly string[] } {
  if (text.length > maxLength) return { problems: [`it is longer than ${maxLength} characters`] };
  const written = new Map<string, string>();
  const problems: string[] = [];
  for (const part of text.split(';')) {
    const [, name = '', value = ''] = /^([A-Za-z-]+)=(.*)$/.exec(part) ?? [];
    if (name === '') problems.push(`${quoted(part)} is no part of a rule; expected NAME=VALUE, such as FREQ=WEEKLY`);
    else if (written.has(name)) problems.push(`it has ${name} twice`);
    else {
      written.set(name, value);
      problems.push(...problemsOfPart(name, value));
    }
  }
  if (problems.length === 0) problems.push(...problemsTogether(written));
  if (problems.length > 0) return { problems };
  const count = written.get('COUNT');
  const until = written.get('UNTIL');
  return {
    rule: [...written].flatMap(([name, value]) => (isEnd(name) ? [] : [`${name}=${value}`])).join(';'),
    ...(count !== undefined && { count: Number(count) }),
    ...(until !== undefined && { until: lastBegin(until) }),
    parts: written,
  };
}

function isEnd(name: string): boolean {
  return name === 'COUNT' || name === 'UNTIL';
}

function problemsOfPart(name: string, value: string): readonly string[] {
  if (Object.hasOwn(unread, name)) return [`${name} is not read; ${unread[name] ?? ''}`];
  const [pattern, words] = Object.hasOwn(parts, name) ? (parts[name] ?? []) : [];
  if (pattern === undefined) return [`${quoted(name)} is unknown; expected one of: ${Object.keys(parts).join(', ')}`];
  if (name === 'FREQ' && often.includes(value))
    return [`FREQ=${value} comes back too often; expected once a day at most: DAILY, WEEKLY, MONTHLY or YEARLY`];
  if (!pattern.test(value)) return [`${name} is ${quoted(value)}; expected ${words ?? ''}`];
  if (name !== 'UNTIL') return [];
  try {
    lastBegin(value);
    return [];
  } catch {
    return [`UNTIL is ${quoted(value)}, which is no time of the calendar`];
  }
}

/** What parts may not say together (RFC 5545, section 3.3.10). */
function problemsTogether(written: ReadonlyMap<string, string>): readonly string[] {
  const freq = written.get('FREQ');
  if (freq === undefined) return ['it has no FREQ; expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY'];
  const has = (name: string): boolean => written.has(name);
  const ordinals = /\d/.test(written.get('BYDAY') ?? '');
  const isLong = freq === 'MONTHLY' || freq === 'YEARLY';
  return [
    ...(has('COUNT') && has('UNTIL') ? ['it has COUNT and UNTIL; expected at most one of both'] : []),
    ...['BYMONTHDAY', 'BYSETPOS'].flatMap((name) =>
      has(name) && !isLong ? [`a ${freq} rule has no ${name}; expected FREQ=MONTHLY or FREQ=YEARLY`] : [],
    ),
    ...(ordinals && !isLong
      ? [
          `BYDAY counts weekdays (${quoted(written.get('BYDAY') ?? '')}); expected that in MONTHLY and YEARLY rules alone`,
        ]
      : []),
    ...(has('BYSETPOS') && !['BYMONTH', 'BYMONTHDAY', 'BYDAY'].some(has)
      ? ['BYSETPOS takes some of what other parts name; expected one of BYMONTH, BYMONTHDAY, BYDAY, too']
      : []),
  ];
}

/** A day is the whole of it. @throws RangeError for a time that no calendar has */
function lastBegin(text: string): LastBegin {
  const [, year, month, day, hour = '23', minute = '59', second = '59', utc] =
    /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/.exec(text) ?? [];
  const time = wallTimeOf(`${year ?? ''}-${month ?? ''}-${day ?? ''}T${hour}:${minute}:${second}`);
  return utc === 'Z' ? { instant: time } : { wall: time };
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
