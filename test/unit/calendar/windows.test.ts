import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RRule } from 'rrule';
import { Temporal } from 'temporal-polyfill';
import { statusOf } from '../../../core/calendar/status.js';
import { Occurrences } from '../../../core/calendar/occurrences.js';
import type { Window, WindowTimes } from '../../../core/calendar/window.js';

const weekend: WindowTimes = {
  zone: 'Europe/Berlin',
  begins: '2026-01-02T18:00',
  ends: '2026-01-05T08:00',
  recurrence: 'FREQ=WEEKLY;BYDAY=FR',
};

function windowOf(times: WindowTimes, change: Partial<Window> = {}): Window {
  return { name: 'w', kind: 'FREEZE', reason: 'rest', actions: ['DEPLOY'], inFlight: 'FINISH', ...times, ...change };
}

const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : new Date(ms).toISOString());

describe('a window', () => {
  test('is there from its begin to its end, by the clock on the wall of its zone', () => {
    const occurrences = new Occurrences(weekend);
    // In winter 18:00 is 17:00 UTC.
    expect(occurrences.at(at('2026-11-27T16:59:59Z'))).toEqual({ isThere: false, until: at('2026-11-27T17:00:00Z') });
    expect(occurrences.at(at('2026-11-27T17:00:00Z'))).toEqual({ isThere: true, until: at('2026-11-30T07:00:00Z') });
    expect(occurrences.at(at('2026-11-30T07:00:00Z')).isThere).toBe(false);
    // Clocks go forward on Sunday, 29 March 2026: it begins by one offset and ends by the other.
    expect(occurrences.at(at('2026-03-28T12:00:00Z'))).toEqual({ isThere: true, until: at('2026-03-30T06:00:00Z') });
    expect(iso(occurrences.at(at('2026-03-26T12:00:00Z')).until)).toBe('2026-03-27T17:00:00.000Z');
  });

  test('lasts exactly as long as it says, where it says how long', () => {
    const occurrences = new Occurrences({ ...omitEnds(weekend), lasts: 'PT62H' });
    expect(occurrences.at(at('2026-03-28T12:00:00Z')).until).toBe(at('2026-03-30T07:00:00Z'));
  });

  test('begins after the gap where clocks go forward over its begin, and at the earlier time where they go back', () => {
    const night: WindowTimes = {
      zone: 'Europe/Berlin',
      begins: '2026-03-01T02:30',
      ends: '2026-03-01T04:00',
      recurrence: 'FREQ=DAILY',
    };
    const occurrences = new Occurrences(night);
    expect(iso(occurrences.at(at('2026-03-28T12:00:00Z')).until)).toBe('2026-03-29T01:30:00.000Z');
    expect(iso(occurrences.at(at('2026-10-24T12:00:00Z')).until)).toBe('2026-10-25T00:30:00.000Z');
  });

  test('that begins where it ends is there without a gap, and says when it is over', () => {
    const shifts: WindowTimes = {
      zone: 'UTC',
      begins: '2026-01-01T00:00',
      lasts: 'P1D',
      recurrence: 'FREQ=DAILY;COUNT=5',
    };
    expect(iso(new Occurrences(shifts).at(at('2026-01-02T12:00:00Z')).until)).toBe('2026-01-06T00:00:00.000Z');
  });

  test('is not there on days that are excepted', () => {
    const occurrences = new Occurrences({ ...weekend, except: ['2026-12-04'] });
    expect(iso(occurrences.at(at('2026-12-01T00:00:00Z')).until)).toBe('2026-12-11T17:00:00.000Z');
  });

  test('on 29 February comes every four years', () => {
    const leap: WindowTimes = {
      zone: 'UTC',
      begins: '2024-02-29T00:00',
      lasts: 'P1D',
      recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    };
    expect(iso(new Occurrences(leap).at(at('2026-11-28T00:00:00Z')).until)).toBe('2028-02-29T00:00:00.000Z');
  });
});

function omitEnds({ zone, begins, recurrence }: WindowTimes): WindowTimes {
  return { zone, begins, ...(recurrence !== undefined && { recurrence }) };
}

describe('several windows', () => {
  const workdays = windowOf(
    {
      zone: 'Europe/Berlin',
      begins: '2026-01-05T09:00',
      ends: '2026-01-05T17:00',
      recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    },
    { name: 'office-hours', kind: 'CHANGE', reason: 'people are there', inFlight: 'PAUSE' },
  );
  const nights = windowOf(
    { zone: 'Europe/Berlin', begins: '2026-01-05T22:00', ends: '2026-01-06T02:00', recurrence: 'FREQ=WEEKLY;BYDAY=TU' },
    { name: 'night-shift', kind: 'CHANGE', reason: 'few users' },
  );
  const december = windowOf(
    { zone: 'Europe/Berlin', begins: '2026-12-01T00:00', ends: '2026-12-24T00:00' },
    { name: 'advent', reason: 'everybody buys', inFlight: 'ABORT' },
  );

  test('of changes let in what one of them lets in', () => {
    const status = statusOf([workdays, nights], new Date('2026-11-25T12:00:00Z'));
    expect(status).toMatchObject({ closed: false, nextClose: new Date('2026-11-25T16:00:00Z') });
    expect(statusOf([workdays, nights], new Date('2026-11-28T12:00:00Z'))).toMatchObject({
      ...{ closed: true, inFlight: 'PAUSE', nextOpen: new Date('2026-11-30T08:00:00Z') },
      reason: 'outside of office-hours (people are there), night-shift (few users)',
    });
  });

  test('close while a freeze is there, and open with the first change window after it', () => {
    expect(statusOf([workdays, december], new Date('2026-12-02T12:00:00Z'))).toMatchObject({
      ...{ closed: true, reason: 'advent: everybody buys', inFlight: 'ABORT' },
      nextOpen: new Date('2026-12-24T08:00:00Z'),
    });
  });

  test('stay closed where no change window comes back', () => {
    const once = windowOf({ zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'PT4H' }, { kind: 'CHANGE' });
    const status = statusOf([once], new Date('2026-06-01T00:00:00Z'));
    expect(status.closed).toBe(true);
    expect(status.nextOpen).toBeUndefined();
  });

  test('say nothing of an end where nothing ends', () => {
    expect(statusOf([], new Date('2026-06-01T00:00:00Z'))).toEqual({ closed: false, by: [] });
  });
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Pacific/Apia',
];
const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

const anyRule = fc.oneof(
  fc
    .record({ interval: fc.integer({ min: 1, max: 5 }), count: fc.option(fc.integer({ min: 1, max: 60 })) })
    .map(({ interval, count }) => `FREQ=DAILY;INTERVAL=${interval}${count === null ? '' : `;COUNT=${count}`}`),
  fc
    .record({
      interval: fc.integer({ min: 1, max: 3 }),
      on: fc.uniqueArray(fc.constantFrom(...days), { minLength: 1, maxLength: 5 }),
    })
    .map(({ interval, on }) => `FREQ=WEEKLY;INTERVAL=${interval};BYDAY=${on.join(',')}`),
  fc.integer({ min: 1, max: 31 }).map((day) => `FREQ=MONTHLY;BYMONTHDAY=${day}`),
  fc
    .record({ nth: fc.constantFrom(-1, 1, 2, 3), day: fc.constantFrom(...days) })
    .map(({ nth, day }) => `FREQ=MONTHLY;BYDAY=${nth}${day}`),
);

describe('windows of any kind', () => {
  test('are there when another library says so, at any instant, in any zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 0, max: 23 }),
        fc.constantFrom(0, 15, 30, 59),
        fc.integer({ min: 1, max: 50 }),
        anyRule,
        fc.array(fc.integer({ min: 0, max: 1_500 * 24 * 60 }), { minLength: 20, maxLength: 20 }),
        (zone, day, hour, minute, hours, recurrence, minutes) => {
          const begin = Temporal.PlainDateTime.from('2025-01-01T00:00').add({
            days: day,
            hours: hour,
            minutes: minute,
          });
          const occurrences = new Occurrences({ zone, begins: begin.toString(), lasts: `PT${hours}H`, recurrence });
          // That library knows no zones that can be relied on: it is asked for times on the wall, as if they were UTC.
          const rule = new RRule({ ...RRule.parseString(recurrence), dtstart: asUtc(begin) });
          for (const offset of minutes) {
            const now = Date.parse('2025-01-01T00:00:00Z') + offset * 60_000;
            const wall = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zone).toPlainDateTime();
            const starts = rule
              .between(asUtc(wall.subtract({ hours: hours + 50 })), asUtc(wall.add({ hours: 26 })), true)
              .map(
                (start) =>
                  Temporal.PlainDateTime.from(start.toISOString().slice(0, 19)).toZonedDateTime(zone).epochMilliseconds,
              );
            const expected = starts.some((start) => start <= now && now < start + hours * 3_600_000);
            expect([zone, recurrence, iso(now), occurrences.at(now).isThere]).toEqual([
              zone,
              recurrence,
              iso(now),
              expected,
            ]);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('change exactly when they say, and not before', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: 1, max: 30 }),
        anyRule,
        fc.integer({ min: 0, max: 1_000 * 24 * 60 }),
        (zone, hours, recurrence, offset) => {
          const occurrences = new Occurrences({ zone, begins: '2025-01-01T02:30', lasts: `PT${hours}H`, recurrence });
          const now = Date.parse('2025-01-01T00:00:00Z') + offset * 60_000;
          const { isThere, until } = occurrences.at(now);
          if (until === undefined) return;
          expect(until).toBeGreaterThan(now);
          expect(occurrences.at(until).isThere).toBe(!isThere);
          expect(occurrences.at(until - 1).isThere).toBe(isThere);
        },
      ),
      { numRuns: 500 },
    );
  });
});

function asUtc(wall: Temporal.PlainDateTime): Date {
  return new Date(`${wall.toString({ smallestUnit: 'second' })}Z`);
}
