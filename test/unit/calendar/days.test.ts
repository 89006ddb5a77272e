import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  beginsOn,
  closedParts,
  isOn,
  monthAfter,
  monthFrom,
  placesOf,
  weeksOf,
} from '../../../apps/dashboard/calendar/days.js';

const weeks = weeksOf('2030-12', 'utc');
const span = (from: string, to?: string, isAllDay = false) => ({
  ...{ from: new Date(from), isAllDay },
  ...(to !== undefined && { to: new Date(to) }),
});

describe('the days of a month', () => {
  test('are whole weeks from Monday to Sunday, and no week that has none of its days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2099 }), fc.integer({ min: 1, max: 12 }), (year, number) => {
        const month = `${String(year)}-${String(number).padStart(2, '0')}`;
        const found = weeksOf(month, 'utc');
        expect(found.every((week) => week.length === 7 && week.some(({ date }) => date.startsWith(month)))).toBe(true);
        const days = found.flat();
        expect(new Date(`${days[0]!.date}T00:00Z`).getUTCDay()).toBe(1);
        for (const [index, day] of days.entries())
          if (index > 0) expect(days[index - 1]!.to.getTime()).toBe(day.from.getTime());
        expect(monthAfter(monthAfter(month, 7), -7)).toBe(month);
      }),
    );
  });

  test('are those of today’s month, whatever else somebody writes into the address', () => {
    expect(monthFrom('2030-12', '2026-11-28')).toBe('2030-12');
    for (const text of ['', '2030-13', '2030-00', '1999-12', 'next', '2030-12-01', '2030-1'])
      expect(monthFrom(text, '2026-11-28')).toBe('2026-11');
  });
});

describe('what is there on a day', () => {
  const [second] = weeks[1]!;
  test('is what touches it, of instants half-open, of days by their dates', () => {
    const dates = (entry: ReturnType<typeof span>) =>
      weeks.flat().flatMap((day) => (isOn(entry, day) ? [day.date.slice(5)] : []));
    expect(dates(span('2030-12-10T18:00Z', '2030-12-12T00:00Z'))).toEqual(['12-10', '12-11']);
    expect(dates(span('2030-12-06T00:00Z', '2030-12-07T00:00Z', true))).toEqual(['12-06']);
    expect(dates(span('2030-12-10T00:00Z', '2030-12-10T00:00Z'))).toEqual(['12-10']);
    // Nobody knows until when something is held: it has not ended.
    expect(dates(span('2030-12-30T10:00Z'))).toEqual(['12-30', '12-31', '01-01', '01-02', '01-03', '01-04', '01-05']);
    expect(beginsOn(span('2030-12-02T10:00Z'), second!)).toBe(true);
  });

  test('keeps its place through a week, and shares it with nothing', () => {
    const hours = fc.integer({ min: 0, max: 24 * 14 });
    fc.assert(
      fc.property(fc.array(fc.tuple(hours, fc.integer({ min: 1, max: 100 })), { maxLength: 12 }), (given) => {
        const begin = Date.parse('2030-12-02T00:00Z');
        const entries = given.map(([from, length]) => ({
          ...{ from: new Date(begin + from * 3_600_000), to: new Date(begin + (from + length) * 3_600_000) },
          isAllDay: false,
        }));
        for (const week of weeks) {
          const days = placesOf(week, entries);
          for (const entry of entries) {
            const own = days.map((day) => day.indexOf(entry));
            expect(own.map((place) => place >= 0)).toEqual(week.map((day) => isOn(entry, day)));
            expect(new Set(own.filter((place) => place >= 0)).size).toBeLessThanOrEqual(1);
          }
        }
      }),
    );
  });
});

describe('the parts of a day that are closed', () => {
  const day = weeks[1]![1]!;
  const closing = (from: string, to: string) => ({ ...span(from, to), closes: true, opens: false });
  const opening = (from: string, to: string) => ({ ...span(from, to), closes: false, opens: true });
  test('are those of freezes and holds, and where there are change windows what is outside of all of them', () => {
    const freezes = [
      closing('2030-12-01T00:00Z', '2030-12-03T06:00Z'),
      closing('2030-12-03T03:00Z', '2030-12-03T12:00Z'),
    ];
    expect(closedParts(day, freezes, false)).toEqual([{ from: 0, to: 0.5 }]);
    const windows = [
      opening('2030-12-03T06:00Z', '2030-12-03T12:00Z'),
      opening('2030-12-03T12:00Z', '2030-12-03T18:00Z'),
    ];
    expect(closedParts(day, windows, true)).toEqual([
      { from: 0, to: 0.25 },
      { from: 0.75, to: 1 },
    ]);
    expect(closedParts(day, [...freezes, ...windows], true)).toEqual([
      { from: 0, to: 0.5 },
      { from: 0.75, to: 1 },
    ]);
    const held = { ...span('2030-12-01T00:00Z'), closes: true, opens: false };
    expect(closedParts(day, [held], false)).toEqual([{ from: 0, to: 1 }]);
    expect(closedParts(day, [], true)).toEqual([{ from: 0, to: 1 }]);
    expect(closedParts(day, [], false)).toEqual([]);
  });
});
