import { Temporal } from 'temporal-polyfill';
import { messageOf } from '../errors.js';
import { fieldsIn, listIn } from '../loose.js';
import type { Path } from '../yaml-file/schema-problems.js';
import { longestLookMs, Occurrences } from './occurrences.js';
import { readRecurrence } from './recurrence.js';
import { dayMs, dayOf, type WallTime, wallTimeOf } from './wall-clock.js';
import type { WindowTimes } from './window.js';
import { problemOfZone } from './zone.js';

/** What is wrong with a field of a window. */
export interface WindowProblem {
  readonly path: Path;
  readonly text: string;
}

/** How many days a window lasts at most, each time where it comes back. */
export const mostDays = { once: 3_660, recurring: 366 } as const;

/** In which years a window begins. */
export const years = { first: 1970, last: 2199 } as const;

const timeOf = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?$/;

/**
 * What the schema of a window cannot express. Whatever has not the form that the schema wants is left to it: both are told
 * in the same go.
 *
 * @param spec what somebody has written, of which nothing is known
 */
export function problemsOfWindow(spec: unknown): readonly WindowProblem[] {
  const fields = fieldsIn(spec);
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === 'string' && value.length <= 300 ? value : undefined;
  };
  const zone = text('zone');
  const zoneProblem = zone === undefined || zone === '' ? undefined : problemOfZone(zone);
  const begins = readTime('begins', text('begins'));
  const ends = readTime('ends', text('ends'));
  const recurrence = text('recurrence');
  const rule = recurrence === undefined || recurrence === '' ? undefined : readRecurrence(recurrence);
  const except = listIn(fields['except']).slice(0, 100);
  const isRecurring = fields['recurrence'] !== undefined;
  const first = [
    ...(zoneProblem === undefined ? [] : [{ path: ['zone'], text: zoneProblem }]),
    ...begins.problems,
    ...ends.problems,
    ...problemsOfLength(fields, begins.time, ends.time, isRecurring),
    ...(rule !== undefined && 'problems' in rule ? rule.problems : []).map((one) => ({
      path: ['recurrence'],
      text: one,
    })),
    ...except.flatMap((day, index) => problemsOfDay(day, ['except', index])),
    ...(except.length > 0 && !isRecurring
      ? [
          {
            path: ['except'],
            text: 'it has days on which it does not come back, and does not come back; expected a recurrence',
          },
        ]
      : []),
  ];
  const lasts = text('lasts');
  const [at, length] = [text('begins'), lasts === undefined ? { ends: text('ends') ?? '' } : { lasts }];
  if (first.length > 0 || zone === undefined || begins.time === undefined || at === undefined) return first;
  if (lasts === undefined ? ends.time === undefined : lengthOf(lasts) === undefined) return first;
  const times = { zone, begins: at, ...length, ...(recurrence !== undefined && { recurrence }) } as WindowTimes;
  return problemsOfComing(
    times,
    begins.time,
    except.filter((one) => typeof one === 'string'),
  );
}

function readTime(field: string, text: string | undefined) {
  if (text === undefined || !timeOf.test(text)) return { time: undefined, problems: [] };
  const problem = (why: string) => ({ time: undefined, problems: [{ path: [field], text: `${text} ${why}` }] });
  // Temporal takes the second 60, which no clock of ours shows.
  if (/:60$/.test(text)) return problem('is no time of the calendar');
  try {
    const time = wallTimeOf(text);
    const year = Number(text.slice(0, 4));
    if (year >= years.first && year <= years.last) return { time, problems: [] };
    return problem(`is too far away; expected a year from ${years.first} to ${years.last}`);
  } catch {
    return problem('is no time of the calendar');
  }
}

function problemsOfLength(
  fields: ReturnType<typeof fieldsIn>,
  begins: WallTime | undefined,
  ends: WallTime | undefined,
  isRecurring: boolean,
): readonly WindowProblem[] {
  const { ends: end, lasts } = fields;
  if (end === undefined && lasts === undefined)
    return [{ path: [], text: 'it does not say how long it is; expected ends or lasts' }];
  if (end !== undefined && lasts !== undefined)
    return [{ path: ['lasts'], text: 'it has ends and lasts; expected one of both' }];
  const most = isRecurring ? mostDays.recurring : mostDays.once;
  const long = (field: string) => [
    {
      path: [field],
      text: `it lasts longer than ${most} days${isRecurring ? ' each time' : ''}; write a shorter one${isRecurring ? ', or one without recurrence' : ''}`,
    },
  ];
  if (typeof lasts === 'string') {
    const length = lengthOf(lasts);
    if (length === undefined) return [];
    if (length === 0)
      return [{ path: ['lasts'], text: `${lasts} is no time at all; expected a duration, such as PT8H` }];
    return length > most * dayMs ? long('lasts') : [];
  }
  if (begins === undefined || ends === undefined) return [];
  const [from, to] = [String(fields['begins']), String(end)];
  if (ends < begins) return [{ path: ['ends'], text: `it ends at ${to}, before it begins at ${from}; swap them` }];
  if (ends === begins) return [{ path: ['ends'], text: `it ends at ${to}, when it begins; expected a later time` }];
  return ends - begins > most * dayMs ? long('ends') : [];
}

/** In milliseconds, where a day has 24 hours; undefined for what the schema refuses. */
function lengthOf(lasts: string): number | undefined {
  if (lasts.length > 30 || !/^P[\dWDTHMS]+$/.test(lasts)) return undefined;
  try {
    return Temporal.Duration.from(lasts).total({ unit: 'milliseconds', relativeTo: '2026-01-01' });
  } catch {
    return undefined;
  }
}

function problemsOfDay(day: unknown, path: Path): readonly WindowProblem[] {
  if (typeof day !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(day)) return [];
  try {
    Temporal.PlainDate.from(day);
    return [];
  } catch {
    return [{ path, text: `${day} is no day of the calendar` }];
  }
}

/**
 * What is found by looking when it comes. A day that excepts nothing is a mistake, not a warning: somebody counts on the
 * window not being there on a day on which it is.
 */
function problemsOfComing(times: WindowTimes, begins: WallTime, except: readonly string[]): readonly WindowProblem[] {
  const path = [times.recurrence === undefined ? 'ends' : 'recurrence'];
  try {
    const rule = new Occurrences(times);
    const [first] = rule.startsBetween(begins, begins + longestLookMs);
    if (first === undefined)
      return [{ path, text: 'it never comes; expected days that there are, and no end before it begins' }];
    if (first !== begins)
      return [
        {
          path: ['begins'],
          text: `its rule does not come at ${times.begins}; the first time that it does is ${writtenTime(first)}`,
        },
      ];
    const idle = except.flatMap((day, index) => {
      const [start] = rule.startsBetween(wallTimeOf(`${day}T00:00`), wallTimeOf(`${day}T00:00`) + dayMs);
      return start === undefined
        ? [{ path: ['except', index], text: `it does not begin on ${day} anyway; leave that day out, or correct it` }]
        : [];
    });
    if (idle.length > 0) return idle;
    if (new Occurrences({ ...times, except }).at(begins - 3 * dayMs).until !== undefined) return [];
    return [
      { path, text: 'it is never there; expected times that are not all left out, or skipped when clocks are set' },
    ];
  } catch (error) {
    return [{ path, text: `it cannot be followed: ${messageOf(error)}` }];
  }
}

function writtenTime(time: WallTime): string {
  return `${dayOf(time)}T${new Date(time).toISOString().slice(11, 16)}`;
}
