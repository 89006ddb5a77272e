import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RRule } from 'rrule';
import { Temporal } from 'temporal-polyfill';
import { Occurrences } from '../../../core/calendar/occurrences.js';
import { iso, zones } from '../../support/windows.js';

const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const weekdays = fc.uniqueArray(fc.constantFrom(...days), { minLength: 1, maxLength: 5 });
const interval = (max: number) => fc.integer({ min: 1, max }).map((count) => (count === 1 ? '' : `;INTERVAL=${count}`));
const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 });
const monthDays = fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: -31, max: -1 })), {
  ...{ minLength: 1, maxLength: 4 },
});
const nths = fc.uniqueArray(
  fc.tuple(fc.constantFrom(-2, -1, 1, 2, 3, 4, 5), fc.constantFrom(...days)).map(([nth, day]) => `${nth}${day}`),
  { minLength: 1, maxLength: 3 },
);
const positions = fc.uniqueArray(fc.constantFrom(1, 2, 5, -1, -2, -3), { minLength: 1, maxLength: 3 });

/** Rules of each kind that is read, without their end. */
const rules = fc.oneof(
  interval(9).map((every) => `FREQ=DAILY${every}`),
  fc.tuple(weekdays, months).map(([on, of]) => `FREQ=DAILY;BYDAY=${on.join(',')};BYMONTH=${of.join(',')}`),
  fc
    .tuple(interval(3), weekdays, fc.constantFrom('', ';WKST=SU', ';WKST=WE'))
    .map(([every, on, start]) => `FREQ=WEEKLY${every};BYDAY=${on.join(',')}${start}`),
  fc.tuple(interval(5), monthDays).map(([every, on]) => `FREQ=MONTHLY${every};BYMONTHDAY=${on.join(',')}`),
  nths.map((on) => `FREQ=MONTHLY;BYDAY=${on.join(',')}`),
  fc.tuple(weekdays, positions).map(([on, of]) => `FREQ=MONTHLY;BYDAY=${on.join(',')};BYSETPOS=${of.join(',')}`),
  // One day that each month has: the other library looks long for what never comes.
  fc.tuple(months, monthDays).map(([of, on]) => `FREQ=YEARLY;BYMONTH=${of.join(',')};BYMONTHDAY=7,${on.join(',')}`),
  fc.tuple(months, nths).map(([of, on]) => `FREQ=YEARLY;BYMONTH=${of.join(',')};BYDAY=${on.join(',')}`),
  fc.tuple(weekdays, positions).map(([on, of]) => `FREQ=YEARLY;BYDAY=${on.join(',')};BYSETPOS=${of.join(',')}`),
  nths.map((on) => `FREQ=YEARLY;BYDAY=${on.join(',')}`),
);
const ends = fc.oneof(
  fc.constant(''),
  fc.integer({ min: 1, max: 60 }).map((count) => `;COUNT=${count}`),
  fc.integer({ min: 0, max: 1_500 }).map((day) => `;UNTIL=${basic(begin.add({ days: day }))}`),
);

const begin = Temporal.PlainDateTime.from('2010-06-01T00:00');
const last = begin.add({ years: 3 });

/** Windows in any zone, around times at which clocks are set or a day is left out. */
const windows = fc.record({
  zone: fc.constantFrom(...zones),
  begins: fc
    .tuple(fc.integer({ min: 0, max: 600 }), fc.constantFrom('00:00', '00:30', '01:45', '02:30', '18:00', '23:59'))
    .map(([day, time]) => begin.add({ days: day }).toPlainDate().toPlainDateTime(time)),
  // What comes in some months alone may come too rarely to be counted.
  recurrence: fc.tuple(rules, ends).map(([rule, end]) => (/BYMONTH=.*COUNT/.test(rule + end) ? rule : rule + end)),
  length: fc.oneof(
    fc.integer({ min: 1, max: 24 * 60 * 2 }).map((minutes) => Temporal.Duration.from({ minutes })),
    fc
      .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 23 }))
      .map(([day, hours]) => Temporal.Duration.from({ days: day, hours })),
  ),
  isWall: fc.boolean(),
});

const compact = (time: Temporal.PlainDateTime): string => time.toString({ smallestUnit: 'second' });
function basic(time: Temporal.PlainDateTime): string {
  return compact(time).replaceAll(/[-:]/g, '');
}
const asUtc = (time: Temporal.PlainDateTime): Date => new Date(`${compact(time)}Z`);

type Case = typeof windows extends fc.Arbitrary<infer T> ? T : never;

/** When it begins as the other library says, on the wall: of zones it knows too little to be relied on. */
function startsOf({ begins, recurrence }: Case): readonly Date[] {
  const rule = new RRule({ ...RRule.parseString(recurrence.replace(/(UNTIL=\w+)/, '$1Z')), dtstart: asUtc(begins) });
  return rule.between(asUtc(begin), asUtc(last), true);
}

/** The window that begins at a time on the wall, which is written as if it were UTC. */
function spanFrom(start: Date, { zone, length, isWall }: Case) {
  const instantOf = (date: Date): number =>
    Temporal.PlainDateTime.from(date.toISOString().slice(0, 19)).toZonedDateTime(zone).epochMilliseconds;
  const daysMs = length.days * 86_400_000;
  const restMs = (length.hours * 60 + length.minutes) * 60_000;
  const end = instantOf(new Date(start.getTime() + daysMs + (isWall ? restMs : 0)));
  return { from: instantOf(start), to: isWall ? end : end + restMs };
}

/** Whether one of them is there, by looking at each that may be. */
function isThere(starts: readonly Date[], window: Case, now: number): boolean {
  const slackMs = 26 * 3_600_000;
  const { days: wholeDays, hours, minutes } = window.length;
  const lengthMs = ((wholeDays * 24 + hours) * 60 + minutes) * 60_000;
  return starts
    .filter((start) => start.getTime() - slackMs <= now && now <= start.getTime() + lengthMs + slackMs)
    .map((start) => spanFrom(start, window))
    .some(({ from, to }) => from <= now && now < to);
}

const timesOf = ({ zone, begins, recurrence, length, isWall }: Case) => ({
  ...{ zone, begins: compact(begins), recurrence },
  ...(isWall ? { ends: compact(begins.add(length)) } : { lasts: length.toString() }),
});

describe('windows of any kind, in any zone', () => {
  test('are there when another library says so, at any instant', () => {
    let instants = 0;
    fc.assert(
      fc.property(
        windows,
        fc.array(
          fc.tuple(
            fc.double({ min: 0, max: 0.9, noNaN: true }),
            fc.constantFrom('any', 'from', 'to'),
            fc.constantFrom(-1, 0, 1),
          ),
          { minLength: 40, maxLength: 40 },
        ),
        (window, questions) => {
          const occurrences = new Occurrences(timesOf(window));
          const starts = startsOf(window);
          for (const [part, kind, beside] of questions) {
            const start = starts[Math.floor(part * starts.length)];
            const anywhere = asUtc(begin).getTime() + Math.floor(part * 3 * 365 * 86_400_000);
            const now = kind === 'any' || start === undefined ? anywhere : spanFrom(start, window)[kind] + beside;
            const expected = isThere(starts, window, now);
            instants += 1;
            if (occurrences.at(now).isThere !== expected)
              expect([timesOf(window), iso(now), occurrences.at(now).isThere]).toEqual([
                timesOf(window),
                iso(now),
                expected,
              ]);
          }
        },
      ),
      { numRuns: 250 },
    );
    expect(instants).toBeGreaterThanOrEqual(10_000);
  });

  test('change exactly when they say, and not before', () => {
    fc.assert(
      fc.property(
        windows,
        fc.integer({ min: -100, max: 2_000 }),
        fc.integer({ min: 0, max: 86_399_999 }),
        (window, day, ms) => {
          const occurrences = new Occurrences(timesOf(window));
          const now = asUtc(begin).getTime() + day * 86_400_000 + ms;
          const { isThere, until, steadyTo } = occurrences.at(now);
          if (steadyTo !== undefined) {
            expect(until).toBeUndefined();
            expect(occurrences.at(steadyTo - 1).isThere).toBe(isThere);
          }
          if (until === undefined) return;
          expect(until).toBeGreaterThan(now);
          expect([iso(until), occurrences.at(until).isThere]).toEqual([iso(until), !isThere]);
          const between = now + Math.floor((until - now) / 2);
          // It says the same of each instant before it.
          for (const before of [until - 1, between]) expect(occurrences.at(before)).toEqual({ isThere, until });
        },
      ),
      { numRuns: 200 },
    );
  });
});
