import { describe, expect, test } from '@jest/globals';
import { describeTimes } from '../../../core/calendar/describe.js';
import type { WindowTimes } from '../../../core/calendar/window.js';

const friday: WindowTimes = { zone: 'Europe/Berlin', begins: '2026-12-04T18:00', ends: '2026-12-07T08:00' };
const { ends: _ends, ...open } = friday;
const late = { ...friday, ends: '2026-12-04T22:00' };

describe('the times of a window in words', () => {
  test.each<[string, WindowTimes]>([
    ['2026-12-04 18:00 to 2026-12-07 08:00, Europe/Berlin', friday],
    ['2026-12-04 18:00 for 2 days 14 hours, Europe/Berlin', { ...open, lasts: 'P2DT14H' }],
    ['every Friday 18:00 to Monday 08:00, Europe/Berlin', { ...friday, recurrence: 'FREQ=WEEKLY;BYDAY=FR' }],
    ['every Friday 18:00 to Monday 08:00, Europe/Berlin', { ...friday, recurrence: 'FREQ=WEEKLY' }],
    [
      'every Friday 18:00 for 1 hour 30 minutes, Europe/Berlin',
      { ...open, lasts: 'PT1H30M', recurrence: 'FREQ=WEEKLY' },
    ],
    ['every day 18:00 to 22:00, Europe/Berlin', { ...late, recurrence: 'FREQ=DAILY' }],
    ['every other day 18:00 to 22:00, Europe/Berlin', { ...late, recurrence: 'FREQ=DAILY;INTERVAL=2' }],
    ['every 3 days 18:00 to 22:00, Europe/Berlin', { ...late, recurrence: 'FREQ=DAILY;INTERVAL=3' }],
    [
      'every Monday to Friday 18:00 to 22:00, Europe/Berlin',
      { ...late, recurrence: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR' },
    ],
    [
      'every Friday and Saturday 18:00 to 02:00 the next day, Europe/Berlin',
      { ...friday, ends: '2026-12-05T02:00', recurrence: 'FREQ=DAILY;BYDAY=SA,FR' },
    ],
    [
      'every Monday, Wednesday and Friday 18:00 to 22:00, Europe/Berlin',
      { ...late, recurrence: 'FREQ=WEEKLY;BYDAY=FR,MO,WE' },
    ],
    [
      'every other week on Friday 18:00 to 08:00 after 3 days, Europe/Berlin',
      { ...friday, recurrence: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=FR' },
    ],
    ['on day 4 of every month 18:00 to 22:00, Europe/Berlin', { ...late, recurrence: 'FREQ=MONTHLY' }],
    [
      'on day 31, if there is one, of every other month 18:00 for 1 day, UTC',
      { zone: 'UTC', begins: '2026-12-31T18:00', lasts: 'P1D', recurrence: 'FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=31' },
    ],
    [
      'on the last day of every month 18:00 to 22:00, Europe/Berlin',
      { ...late, recurrence: 'FREQ=MONTHLY;BYMONTHDAY=-1' },
    ],
    [
      'on the first Friday of every 3 months 18:00 to 22:00, Europe/Berlin',
      { ...late, recurrence: 'FREQ=MONTHLY;INTERVAL=3;BYDAY=1FR' },
    ],
    [
      'on the last Friday of every month 18:00 to 22:00, Europe/Berlin',
      { ...late, recurrence: 'FREQ=MONTHLY;BYDAY=-1FR' },
    ],
    ['on 4 December of every year 18:00 to 22:00, Europe/Berlin', { ...late, recurrence: 'FREQ=YEARLY' }],
    [
      'on 24 December of every year 18:00:30 to 22:00, UTC',
      {
        zone: 'UTC',
        begins: '2026-12-24T18:00:30',
        ends: '2026-12-24T22:00',
        recurrence: 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24',
      },
    ],
    ['every day 18:00 to 22:00, Europe/Berlin, 5 times', { ...late, recurrence: 'FREQ=DAILY;COUNT=5' }],
    ['every day 18:00 to 22:00, Europe/Berlin, until 2026-12-31', { ...late, recurrence: 'FREQ=DAILY;UNTIL=20261231' }],
    [
      'every day 18:00 to 22:00, Europe/Berlin, until 2026-12-31 18:00',
      { ...late, recurrence: 'FREQ=DAILY;UNTIL=20261231T180000' },
    ],
    [
      'every day 18:00 to 22:00, Europe/Berlin, until 2026-12-31 17:00 UTC',
      { ...late, recurrence: 'FREQ=DAILY;UNTIL=20261231T170000Z' },
    ],
    [
      'every day 18:00 to 22:00, Europe/Berlin, not on 2026-12-24, 2026-12-25',
      { ...late, recurrence: 'FREQ=DAILY', except: ['2026-12-24', '2026-12-25'] },
    ],
    [
      'every day 18:00 to 22:00, Europe/Berlin, not on 4 days',
      { ...late, recurrence: 'FREQ=DAILY', except: ['2026-12-24', '2026-12-25', '2026-12-26', '2026-12-27'] },
    ],
  ])('are %s', (words, times) => {
    expect(describeTimes(times)).toBe(words);
  });

  test.each([
    ...[
      'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1',
      'FREQ=YEARLY;BYMONTH=1,12;BYMONTHDAY=24',
      'FREQ=MONTHLY;BYMONTHDAY=1,15',
    ],
    ...[
      'FREQ=MONTHLY;BYDAY=1FR,3FR',
      'FREQ=DAILY;INTERVAL=2;BYDAY=FR',
      'FREQ=MONTHLY;BYDAY=-2FR',
      'FREQ=YEARLY;BYDAY=20MO',
    ],
  ])('are told by the rule where there are no short words: %s', (recurrence) => {
    expect(describeTimes({ ...late, recurrence })).toBe(
      `from 2026-12-04 on by the rule ${recurrence}, 18:00 to 22:00, Europe/Berlin`,
    );
  });
});
