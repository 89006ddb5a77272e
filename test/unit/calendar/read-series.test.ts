import { describe, expect, test } from '@jest/globals';
import { readCalendar } from '../../../core/calendar/ical/read-calendar.js';
import { calendarOf, eventOf, options, readEvent, timesOfEvent, whySkipped } from '../../support/calendar-text.js';

const friday = ['DTSTART;TZID=Europe/Berlin:20261204T180000', 'DURATION:PT2H'];
const weekly = 'RRULE:FREQ=WEEKLY;BYDAY=FR';

describe('an event that comes back', () => {
  test.each([
    ['20261231T225959Z', '20261231'],
    ['20261231T110000Z', '20261231T120000'],
    ['20261231T120000', '20261231T120000'],
    ['20261231', '20261231'],
    // Clocks are set back then: this time comes twice, and is meant as the second one.
    ['20261025T013000Z', '20261025T013000Z'],
    ['20261025T003000Z', '20261025T023000'],
  ])('until %s does so until %s in its zone', (until, found) => {
    const october = ['DTSTART;TZID=Europe/Berlin:20261002T180000', 'DURATION:PT2H'];
    expect(timesOfEvent(...october, `RRULE:freq=weekly;UNTIL=${until};BYDAY=FR;`).recurrence).toBe(
      `FREQ=WEEKLY;UNTIL=${found};BYDAY=FR`,
    );
  });

  test.each([
    ['FREQ=SECONDLY', 'it comes back too often'],
    ['INTERVAL=5;FREQ=MINUTELY', 'it comes back too often'],
    ['FREQ=HOURLY;COUNT=3', 'it comes back too often'],
    ['EVERY FRIDAY', 'is no rule that is read'],
    ['FREQ=WEEKLY;UNTIL=20261301', 'UNTIL "20261301" is no time of the calendar'],
    [`FREQ=YEARLY;BYMONTHDAY=${'1,'.repeat(200)}1`, 'is no rule that is read'],
  ])('by the rule %s is skipped', (rule, why) => {
    expect(whySkipped(...friday, `RRULE:${rule}`)).toContain(why);
  });

  test('by two rules, or by one that is no longer part of the standard, is skipped', () => {
    expect(whySkipped(...friday, weekly, weekly)).toBe('it has RRULE more than once');
    expect(whySkipped(...friday, weekly, 'EXRULE:FREQ=MONTHLY')).toContain('EXRULE');
  });

  test('leaves out the days that it leaves out, in whatever zone it says so', () => {
    const left = [
      'EXDATE;TZID=Europe/Berlin:20261225T180000,20261211T180000',
      'EXDATE:20270101T170000Z',
      'EXDATE;VALUE=DATE:20270108',
    ];
    expect(timesOfEvent(...friday, weekly, ...left).except).toEqual([
      ...['2026-12-11', '2026-12-25', '2027-01-01', '2027-01-08'],
    ]);
  });

  test('says so when it leaves out a time at which it does not begin', () => {
    const { windows, skipped } = readEvent([...friday, weekly, 'EXDATE:20261225T180000Z,20261226T180000Z']);
    expect(windows).toMatchObject([{ recurrence: 'FREQ=WEEKLY;BYDAY=FR' }]);
    expect(windows[0]).not.toHaveProperty('except');
    expect(skipped).toEqual([
      {
        ...{ line: 9, what: 'of the times that the event "freeze" leaves out, 2' },
        why: 'it does not begin at "20261225T180000Z" and the like anyway',
      },
    ]);
  });

  test('leaves out a time over which clocks are set, as it would come then', () => {
    const night = ['DTSTART;TZID=Europe/Berlin:20270321T023000', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
    expect(timesOfEvent(...night, 'EXDATE:20270328T013000Z').except).toEqual(['2027-03-28']);
    expect(timesOfEvent(...night, 'EXDATE;TZID=Europe/Berlin:20270328T023000').except).toEqual(['2027-03-28']);
  });

  test('at several times of a day is skipped, and a rule may say the time at which it begins once more', () => {
    const rule = (hours: string): readonly string[] => [...friday, `RRULE:FREQ=DAILY;BYHOUR=${hours};BYMINUTE=0`];
    expect(timesOfEvent(...rule('18')).recurrence).toBe('FREQ=DAILY');
    expect(whySkipped(...rule('18,22'))).toBe(
      'RRULE: it begins at other times of the day, too ("BYHOUR=18,22"); write one event for each',
    );
  });

  test('is skipped where it is none that a window can be, with what is wrong with it', () => {
    expect(whySkipped(...friday, 'RRULE:FREQ=WEEKLY;BYDAY=MO')).toContain('its rule does not come at 2026-12-04T18:00');
    expect(whySkipped(...friday, 'RRULE:FREQ=YEARLY;BYWEEKNO=49')).toContain('BYWEEKNO is not read');
    expect(whySkipped('DTSTART:19691231T000000Z', 'DURATION:P9999D')).toMatch(/too far away.*; lasts: it lasts longer/);
  });

  test('is read without days that leave out nothing, which is said', () => {
    const { windows, skipped } = readEvent([...friday, weekly, 'EXDATE:20261211T170000Z,20261212T170000Z']);
    expect(windows).toMatchObject([{ except: ['2026-12-11'] }]);
    expect(skipped).toMatchObject([{ line: 4, why: 'it does not begin on 2026-12-12 anyway' }]);
  });

  test('with more days left out than a window can have is skipped', () => {
    const days = Array.from({ length: 101 }, (_, day) => new Date(Date.UTC(2027, 0, day)).toISOString());
    const left = days.map((day) => `${day.slice(0, 10).replaceAll('-', '')}T170000Z`);
    expect(whySkipped(...friday, 'RRULE:FREQ=DAILY', `EXDATE:${left.join(',')}`)).toContain('more than 100 times');
  });
});

describe('a single time of a series', () => {
  const series = eventOf('UID:freeze', ...friday, weekly, 'SUMMARY:Fridays');
  const changed = (...lines: readonly string[]) =>
    eventOf('UID:freeze', 'RECURRENCE-ID;TZID=Europe/Berlin:20261211T180000', ...lines);
  const moved = changed('SUMMARY:Earlier', 'DTSTART:20261210T120000Z', 'DTEND:20261210T130000Z');

  test('that is moved is left out of it, and is a window of its own', () => {
    const { windows, skipped } = readCalendar(calendarOf(...moved, ...series), options);
    expect(windows).toMatchObject([
      { name: 'freeze', reason: 'Fridays', except: ['2026-12-11'] },
      {
        name: 'freeze-20261211t1800',
        reason: 'Earlier',
        zone: 'UTC',
        begins: '2026-12-10T12:00',
        ends: '2026-12-10T13:00',
      },
    ]);
    expect(skipped).toEqual([]);
  });

  test('that is cancelled is left out of it', () => {
    const { windows, skipped } = readCalendar(
      calendarOf(...series, ...changed('STATUS:CANCELLED', ...friday)),
      options,
    );
    expect([windows.map(({ except }) => except), skipped]).toEqual([[['2026-12-11']], []]);
  });

  test('is there without its series, too, as for somebody who was asked for that one alone', () => {
    expect(readCalendar(calendarOf(...moved), options).windows).toMatchObject([{ name: 'freeze-20261211t1800' }]);
    const cancelled = readCalendar(calendarOf(...changed('STATUS:CANCELLED', ...friday)), options);
    expect(cancelled).toMatchObject({ windows: [], skipped: [{ why: 'this time of it is cancelled' }] });
  });

  test('stays in it when nobody can tell to what it is changed', () => {
    const unread = changed('DTSTART;TZID=Nowhere:20261210T120000', 'DURATION:PT1H');
    const { windows, skipped } = readCalendar(calendarOf(...series, ...unread), options);
    expect(windows).toHaveLength(1);
    expect(windows[0]).not.toHaveProperty('except');
    expect(skipped).toMatchObject([{ line: 11, why: expect.stringContaining('nobody knows the zone "Nowhere"') }]);
  });

  test('that changes all later ones is skipped with that reason', () => {
    const later = moved.map((line) => line.replace('RECURRENCE-ID', 'RECURRENCE-ID;RANGE=THISANDFUTURE'));
    const { windows, skipped } = readCalendar(calendarOf(...series, ...later), options);
    expect([windows.length, skipped.map(({ why }) => why)]).toEqual([
      ...[1, ['it changes all later times of its series, too; write those as a series of their own']],
    ]);
  });

  test('that is added is a window of its own, as long as the others unless it says how long', () => {
    const added = 'RDATE;VALUE=PERIOD:20261220T120000Z/PT30M,20261221T120000Z/20261221T140000Z';
    const { windows } = readEvent([...friday, 'RDATE;TZID=Europe/Berlin:20261216T090000,20261204T180000', added]);
    expect(windows.map(({ name, zone, begins, ends, lasts }) => [name, zone, begins, ends ?? lasts])).toEqual([
      ['freeze', 'Europe/Berlin', '2026-12-04T18:00', 'PT2H'],
      ['freeze-20261216t0900', 'Europe/Berlin', '2026-12-16T09:00', 'PT2H'],
      ['freeze-20261220t1200', 'UTC', '2026-12-20T12:00', 'PT30M'],
      ['freeze-20261221t1200', 'UTC', '2026-12-21T12:00', '2026-12-21T14:00'],
    ]);
  });

  test('that is added and left out, or moved, is no window', () => {
    const added = ['RDATE;VALUE=DATE:20261216,20261217', 'EXDATE;VALUE=DATE:20261216,20261204'];
    const { windows } = readEvent(['DTSTART;VALUE=DATE:20261204', ...added]);
    expect(windows.map(({ name, ends }) => [name, ends])).toEqual([['freeze-20261217', '2026-12-18T00:00']]);
  });
});
