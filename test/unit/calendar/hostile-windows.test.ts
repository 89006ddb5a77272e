import { describe, expect, test } from '@jest/globals';
import { Occurrences } from '../../../core/calendar/occurrences.js';
import { spansBetween } from '../../../core/calendar/spans.js';
import { statusOf } from '../../../core/calendar/status.js';
import { windowOf } from '../../support/windows.js';

const list = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index).join(',');
const everyDay = 'BYDAY=MO,TU,WE,TH,FR,SA,SU';

/** What an answer may take on average: many times what it takes on a slow machine, and little of what takes for ever. */
const mostMs = 250;

describe('a rule that is made to cost much', () => {
  test.each([
    ...['FREQ=DAILY', 'FREQ=DAILY;INTERVAL=400', 'FREQ=DAILY;INTERVAL=7;BYDAY=MO', 'FREQ=DAILY;BYMONTH=2;BYDAY=MO'],
    ...['FREQ=DAILY;INTERVAL=399;BYMONTH=2;BYDAY=MO', 'FREQ=WEEKLY;INTERVAL=53;BYMONTH=2;BYDAY=MO'],
    ...[
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30',
      'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=SU',
      'FREQ=YEARLY;INTERVAL=400',
    ],
    ...[`FREQ=YEARLY;${everyDay};BYSETPOS=${list(-20, -1)},${list(1, 20)}`, `FREQ=YEARLY;BYMONTHDAY=${list(1, 31)}`],
    ...[`FREQ=MONTHLY;${everyDay};BYSETPOS=-1,29`, 'FREQ=MONTHLY;INTERVAL=12;BYDAY=5MO', 'FREQ=YEARLY;BYDAY=53MO'],
    ...[
      'FREQ=DAILY;COUNT=500',
      'FREQ=YEARLY;COUNT=500',
      'FREQ=YEARLY;INTERVAL=400;COUNT=20',
      'FREQ=DAILY;UNTIL=99991231',
    ],
  ])('is answered, however near or far the time: %s', (recurrence) => {
    const begun = Date.now();
    const questions = [
      ...([
        ['0001-01-01T00:00', 'P366D'],
        ['2024-02-28T00:00', 'P1D'],
        ['9999-01-04T00:00', 'PT1H'],
      ] as const),
    ].flatMap(([begins, lasts]) =>
      ['0001-01-01', '2026-11-28', '9999-12-31', '+100000-01-01'].map((day) => ({
        begins,
        lasts,
        now: `${day}T12:00:00Z`,
      })),
    );
    for (const { begins, lasts, now } of questions) {
      const times = { zone: 'Europe/Berlin', begins, lasts, recurrence };
      const { isThere, until = Infinity, steadyTo = Infinity } = new Occurrences(times).at(Date.parse(now));
      expect(Math.min(until, steadyTo)).toBeGreaterThan(Date.parse(now));
      expect(statusOf([windowOf(times)], new Date(now)).closed).toBe(isThere);
      const { spans } = spansBetween(times, new Date(now), new Date(Date.parse(now) + 366 * 86_400_000), 5);
      expect(spans.length).toBeLessThanOrEqual(5);
    }
    expect((Date.now() - begun) / questions.length).toBeLessThan(mostMs);
  });

  test('is refused where it is counted and comes too rarely for that', () => {
    for (const recurrence of ['FREQ=DAILY;BYMONTH=2;COUNT=500', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=2'])
      expect(() => new Occurrences({ zone: 'UTC', begins: '2024-02-01T00:00', lasts: 'P1D', recurrence })).toThrow(
        'comes too rarely to reach its COUNT',
      );
  });
});
