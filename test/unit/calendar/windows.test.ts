import { describe, expect, test } from '@jest/globals';
import { longestRowMs, Occurrences } from '../../../core/calendar/occurrences.js';
import { isOver, spansBetween } from '../../../core/calendar/spans.js';
import type { WindowTimes } from '../../../core/calendar/window.js';
import { iso } from '../../support/windows.js';

const weekend: WindowTimes = {
  ...{ zone: 'Europe/Berlin', begins: '2026-01-02T18:00', ends: '2026-01-05T08:00' },
  recurrence: 'FREQ=WEEKLY;BYDAY=FR',
};
const at = (text: string): number => Date.parse(text);
/** Whether it is there, and when that changes, as text. */
const seen = (times: WindowTimes, now: string): string => {
  const { isThere, until, steadyTo } = new Occurrences(times).at(at(now));
  const end =
    until === undefined ? (steadyTo === undefined ? 'for ever' : 'as far as seen') : `until ${iso(until) ?? ''}`;
  return `${isThere ? 'there' : 'not there'} ${end}`;
};

describe('a window', () => {
  test('is there from its begin to its end, by the clock on the wall of its zone', () => {
    // In winter 18:00 is 17:00 UTC.
    expect(seen(weekend, '2026-11-27T16:59:59Z')).toBe('not there until 2026-11-27T17:00:00.000Z');
    expect(seen(weekend, '2026-11-27T17:00:00Z')).toBe('there until 2026-11-30T07:00:00.000Z');
    expect(seen(weekend, '2026-11-30T07:00:00Z')).toBe('not there until 2026-12-04T17:00:00.000Z');
    // Clocks go forward on Sunday, 29 March 2026: it begins by one offset and ends by the other.
    expect(seen(weekend, '2026-03-28T12:00:00Z')).toBe('there until 2026-03-30T06:00:00.000Z');
    expect(seen(weekend, '2026-03-26T12:00:00Z')).toBe('not there until 2026-03-27T17:00:00.000Z');
  });

  test('lasts exactly as long as it says, where it says how long', () => {
    const { zone, begins } = weekend;
    const times = { zone, begins, recurrence: 'FREQ=WEEKLY;BYDAY=FR' };
    expect(seen({ ...times, lasts: 'PT62H' }, '2026-03-28T12:00:00Z')).toBe('there until 2026-03-30T07:00:00.000Z');
    expect(seen({ ...times, lasts: 'P2DT14H' }, '2026-03-28T12:00:00Z')).toBe('there until 2026-03-30T06:00:00.000Z');
  });

  test('begins after the gap where clocks go forward over its begin, and at the earlier time where they go back', () => {
    const night = {
      zone: 'Europe/Berlin',
      begins: '2026-03-01T02:30',
      ends: '2026-03-01T04:00',
      recurrence: 'FREQ=DAILY',
    };
    expect(seen(night, '2026-03-28T12:00:00Z')).toBe('not there until 2026-03-29T01:30:00.000Z');
    expect(seen(night, '2026-03-29T01:30:00Z')).toBe('there until 2026-03-29T02:00:00.000Z');
    expect(seen(night, '2026-10-24T12:00:00Z')).toBe('not there until 2026-10-25T00:30:00.000Z');
    expect(seen(night, '2026-10-25T01:30:00Z')).toBe('there until 2026-10-25T03:00:00.000Z');
  });

  test('takes a day that its zone has left out to be the next', () => {
    // In Apia, 30 December followed 28 December 2011 by one day less.
    const day = { zone: 'Pacific/Apia', begins: '2011-12-30T09:00', lasts: 'PT2H' };
    expect(seen(day, '2011-12-29T00:00:00Z')).toBe('not there until 2011-12-30T19:00:00.000Z');
    const nights = {
      zone: 'Pacific/Apia',
      begins: '2011-12-20T22:00',
      ends: '2011-12-21T06:00',
      recurrence: 'FREQ=DAILY',
    };
    expect(seen(nights, '2011-12-30T09:00:00Z')).toBe('there until 2011-12-30T16:00:00.000Z');
  });

  test('that would end before it begins where the clock is set is left out that night', () => {
    const early = {
      zone: 'Europe/Berlin',
      begins: '2026-03-01T02:30',
      ends: '2026-03-01T03:15',
      recurrence: 'FREQ=DAILY',
    };
    expect(seen(early, '2026-03-29T00:00:00Z')).toBe('not there until 2026-03-30T00:30:00.000Z');
  });

  test('that begins where it ends is there without a gap, and says when it is over', () => {
    const shifts = { zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'P1D', recurrence: 'FREQ=DAILY;COUNT=5' };
    expect(seen(shifts, '2026-01-02T12:00:00Z')).toBe('there until 2026-01-06T00:00:00.000Z');
  });

  test('that never ends says no end, and until when there is none at least', () => {
    const always: WindowTimes = {
      zone: 'Europe/Berlin',
      begins: '2026-01-01T00:00',
      lasts: 'P1D',
      recurrence: 'FREQ=DAILY',
    };
    const { isThere, until, steadyTo } = new Occurrences(always).at(at('2026-06-01T12:00:00Z'));
    expect([isThere, until]).toEqual([true, undefined]);
    expect(steadyTo).toBeGreaterThan(at('2026-12-01T00:00:00Z'));
    const yearly = new Occurrences({ ...always, lasts: 'P366D', recurrence: 'FREQ=YEARLY' });
    const seenTo = yearly.at(at('2026-06-01T12:00:00Z')).steadyTo ?? 0;
    expect(seenTo - at('2026-06-01T12:00:00Z')).toBeGreaterThan(longestRowMs);
    expect(yearly.at(seenTo).isThere).toBe(true);
  });

  test('that is there once says when it ends, however long it is', () => {
    const long = { zone: 'UTC', begins: '2026-01-01T00:00', ends: '2035-01-01T00:00' };
    expect(seen(long, '2026-06-01T12:00:00Z')).toBe('there until 2035-01-01T00:00:00.000Z');
  });

  test('that lasts longer than it takes to come back is there once, from the first to the last', () => {
    const long = { zone: 'UTC', begins: '2026-01-01T00:00', recurrence: 'FREQ=WEEKLY;COUNT=3' };
    for (const length of [{ ends: '2026-01-31T00:00' }, { lasts: 'P30D' }]) {
      expect(seen({ ...long, ...length }, '2026-01-10T00:00:00Z')).toBe('there until 2026-02-14T00:00:00.000Z');
      expect(seen({ ...long, ...length }, '2026-02-13T23:59:59Z')).toBe('there until 2026-02-14T00:00:00.000Z');
      expect(seen({ ...long, ...length }, '2026-02-14T00:00:00Z')).toBe('not there for ever');
    }
  });

  test('is not there on days that are excepted', () => {
    const times = { ...weekend, except: ['2026-12-04'] };
    expect(seen(times, '2026-12-01T00:00:00Z')).toBe('not there until 2026-12-11T17:00:00.000Z');
    // The day is that of its begin: an end on it is none.
    expect(seen({ ...weekend, except: ['2026-12-07'] }, '2026-12-07T00:00:00Z')).toBe(
      'there until 2026-12-07T07:00:00.000Z',
    );
  });

  test('is left out on an excepted day that COUNT counts nevertheless', () => {
    const times = { zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'PT1H', recurrence: 'FREQ=DAILY;COUNT=3' };
    expect(seen({ ...times, except: ['2026-01-02'] }, '2026-01-01T12:00:00Z')).toBe(
      'not there until 2026-01-03T00:00:00.000Z',
    );
    expect(seen({ ...times, except: ['2026-01-02'] }, '2026-01-03T12:00:00Z')).toBe('not there for ever');
  });

  test.each([
    ['an instant', 'UNTIL=20260103T170000Z', '2026-01-03'],
    ['an instant before its begin', 'UNTIL=20260103T165959Z', '2026-01-02'],
    ['a time on the wall', 'UNTIL=20260103T180000', '2026-01-03'],
    ['a time on the wall before its begin', 'UNTIL=20260103T175959', '2026-01-02'],
    ['a day', 'UNTIL=20260103', '2026-01-03'],
  ])('comes back until %s, that one included', (_, until, last) => {
    const times = {
      zone: 'Europe/Berlin',
      begins: '2026-01-01T18:00',
      lasts: 'PT1H',
      recurrence: `FREQ=DAILY;${until}`,
    };
    const { spans } = spansBetween(times, new Date('2026-01-01T00:00:00Z'), new Date('2026-03-01T00:00:00Z'), 10);
    expect(spans.at(-1)?.from.toISOString()).toBe(`${last}T17:00:00.000Z`);
    expect(seen(times, `${last}T18:00:00Z`)).toBe('not there for ever');
  });

  test('comes back until an instant in the hour that there is twice, whatever the clock shows', () => {
    const times = { zone: 'Europe/Berlin', begins: '2026-10-20T02:45', lasts: 'PT5M' };
    // Half past two for the second time is after a quarter to three for the first time.
    const until = (text: string) => seen({ ...times, recurrence: `FREQ=DAILY;UNTIL=${text}` }, '2026-10-24T12:00:00Z');
    expect(until('20261025T013000Z')).toBe('not there until 2026-10-25T00:45:00.000Z');
    expect(until('20261025T003000Z')).toBe('not there for ever');
  });

  test('on 29 February comes every four years, and after eight around a century without', () => {
    const leap = {
      zone: 'UTC',
      begins: '2024-02-29T00:00',
      lasts: 'P1D',
      recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29',
    };
    expect(seen(leap, '2026-11-28T00:00:00Z')).toBe('not there until 2028-02-29T00:00:00.000Z');
    expect(seen(leap, '2096-03-01T00:00:00Z')).toBe('not there until 2104-02-29T00:00:00.000Z');
    expect(seen({ ...leap, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=29' }, '2027-01-30T00:00:00Z')).toBe(
      'not there until 2027-03-29T00:00:00.000Z',
    );
  });

  test('that comes back after more years than are looked at says until when it does not at least', () => {
    const rare = { zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'P1D', recurrence: 'FREQ=YEARLY;INTERVAL=20' };
    expect(seen(rare, '2026-06-01T00:00:00Z')).toBe('not there as far as seen');
    expect(seen(rare, '2040-01-01T00:00:00Z')).toBe('not there until 2046-01-01T00:00:00.000Z');
  });

  test('is not there before it begins for the first time, however long before, nor after it is over', () => {
    expect(seen(weekend, '0001-01-01T00:00:00Z')).toBe('not there until 2026-01-02T17:00:00.000Z');
    expect(seen(weekend, '9998-01-01T00:00:00Z')).toMatch(/^(not )?there until 9998/);
    expect(seen(weekend, '+020000-01-01T00:00:00Z')).toBe('not there for ever');
    expect(new Occurrences(weekend).at(-8.64e15)).toEqual({ isThere: false, until: at('2026-01-02T17:00:00Z') });
    expect(new Occurrences(weekend).at(8.64e15)).toEqual({ isThere: false });
    const once = { zone: 'America/St_Johns', begins: '2026-12-01T00:00', ends: '2026-12-24T00:00' };
    expect(seen(once, '1970-01-01T00:00:00Z')).toBe('not there until 2026-12-01T03:30:00.000Z');
    expect(seen(once, '2026-12-24T03:30:00Z')).toBe('not there for ever');
  });

  test.each([
    ['zone', { zone: 'Berlin/Europe' }],
    ['time', { begins: '2026-02-30T00:00' }],
    ['rule', { recurrence: 'FREQ=HOURLY' }],
  ])('with a wrong %s is refused where it is made', (_, change) => {
    expect(() => new Occurrences({ ...weekend, ...change })).toThrow(RangeError);
  });
});

describe('the times of a window between two instants', () => {
  const between = (times: WindowTimes, from: string, to: string, most = 10) => {
    const { spans, more } = spansBetween(times, new Date(from), new Date(to), most);
    return [...spans.map((span) => `${span.from.toISOString()}/${span.to.toISOString()}`), ...(more ? ['more'] : [])];
  };

  test('are the parts of time in which it is there, cut where the question begins and ends', () => {
    expect(between(weekend, '2026-11-28T00:00:00Z', '2026-12-05T00:00:00Z')).toEqual([
      '2026-11-28T00:00:00.000Z/2026-11-30T07:00:00.000Z',
      '2026-12-04T17:00:00.000Z/2026-12-05T00:00:00.000Z',
    ]);
    expect(between(weekend, '2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z')).toEqual([]);
  });

  test('are as many as are asked for, and it is said whether there are more', () => {
    expect(between(weekend, '2026-11-28T00:00:00Z', '2027-11-28T00:00:00Z', 1)).toEqual([
      ...['2026-11-28T00:00:00.000Z/2026-11-30T07:00:00.000Z', 'more'],
    ]);
    const twice = { ...weekend, recurrence: 'FREQ=WEEKLY;BYDAY=FR;COUNT=2' };
    expect(between(twice, '2026-01-01T00:00:00Z', '2027-11-28T00:00:00Z', 2)).toHaveLength(2);
  });

  test('are one where windows follow each other without a gap, also for longer than a row is looked at', () => {
    const always = { zone: 'Europe/Berlin', begins: '2026-01-01T00:00', lasts: 'P1D', recurrence: 'FREQ=DAILY' };
    expect(between(always, '2026-02-01T00:00:00Z', '2027-05-01T00:00:00Z')).toEqual([
      '2026-02-01T00:00:00.000Z/2027-05-01T00:00:00.000Z',
    ]);
    expect(between(always, '2026-02-01T00:00:00Z', '2099-05-01T00:00:00Z').at(-1)).toBe('more');
  });

  test('end where it is looked no farther', () => {
    const rare = { zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'P1D', recurrence: 'FREQ=YEARLY;INTERVAL=20' };
    expect(between(rare, '2025-01-01T00:00:00Z', '2099-05-01T00:00:00Z')).toEqual([
      ...['2026-01-01T00:00:00.000Z/2026-01-02T00:00:00.000Z', 'more'],
    ]);
  });
});

test('a window is over once it does not come back', () => {
  const over = (times: WindowTimes, now: string) => isOver(times, new Date(now));
  const once = { zone: 'UTC', begins: '2026-01-01T00:00', lasts: 'P1D' };
  expect(over(once, '2025-01-01T00:00:00Z')).toBe(false);
  expect(over(once, '2026-01-01T23:59:59Z')).toBe(false);
  expect(over(once, '2026-01-02T00:00:00Z')).toBe(true);
  expect(over({ ...once, recurrence: 'FREQ=YEARLY;INTERVAL=20' }, '2026-01-02T00:00:00Z')).toBe(false);
  expect(over({ ...once, recurrence: 'FREQ=YEARLY;COUNT=2' }, '2027-01-02T00:00:00Z')).toBe(true);
});
