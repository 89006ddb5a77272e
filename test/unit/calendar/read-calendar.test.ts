import { describe, expect, test } from '@jest/globals';
import { readCalendar } from '../../../core/calendar/ical/read-calendar.js';
import { calendarOf, eventOf, options, readEvent, timesOfEvent, whySkipped } from '../../support/calendar-text.js';

const evening = 'DTSTART;TZID=Europe/Berlin:20261218T180000';
const twoHours = 'DURATION:PT2H';

describe('an event of a calendar', () => {
  test('becomes a window of what the import is for', () => {
    const given = { kind: 'CHANGE', products: ['shop'], lanes: ['gold'], invokers: ['role:sre'] } as const;
    const text = calendarOf(
      ...eventOf('UID:0b5e-17', evening, 'DTEND;TZID=Europe/Berlin:20261221T080000', 'SUMMARY:Christmas\\, all shops'),
    );
    expect(readCalendar(text, { ...options, ...given, prefix: 'company-', actions: ['DEPLOY', 'ROLLBACK'] })).toEqual({
      windows: [
        {
          ...{ name: 'company-0b5e-17', ...given, reason: 'Christmas, all shops', zone: 'Europe/Berlin' },
          ...{
            begins: '2026-12-18T18:00',
            ends: '2026-12-21T08:00',
            actions: ['DEPLOY', 'ROLLBACK'],
            inFlight: 'FINISH',
          },
        },
      ],
      skipped: [],
    });
  });

  test.each([
    ['CATEGORIES:FREEZE', 'CHANGE', 'FREEZE'],
    ['CATEGORIES:Business,change-window', 'FREEZE', 'CHANGE'],
    ['CATEGORIES:CHANGE-WINDOW\r\nCATEGORIES:FREEZE', 'CHANGE', 'FREEZE'],
    ['CATEGORIES:Freezer', 'CHANGE', 'CHANGE'],
  ] as const)('with %j of a calendar of %s windows is a %s window', (line, kind, found) => {
    expect(readEvent([evening, twoHours, line], { kind }).windows).toMatchObject([{ kind: found }]);
  });

  test('has the same name whenever it is read, by its id', () => {
    const nameOf = (uid: string): string => readEvent([`UID:${uid}`, evening, twoHours]).windows[0]!.name;
    const long = `040000008200E00074C5B7101A82E008${'0'.repeat(80)}@example.com`;
    expect(nameOf('december-freeze')).toBe('december-freeze');
    expect(nameOf('Winter@example.com')).toMatch(/^winter-[0-9a-f]{12}$/);
    expect(nameOf(long)).toMatch(/^0400[0-9a-z]{46}-[0-9a-f]{12}$/);
    expect(nameOf('Winter@example.org')).not.toBe(nameOf('Winter@example.com'));
    expect(nameOf('⚓')).toMatch(/^[0-9a-f]{12}$/);
    expect(readEvent(['UID:', 'SUMMARY:Winter', evening, twoHours]).windows[0]!.name).toMatch(
      /^winter-2026.*-[0-9a-f]{12}$/,
    );
  });

  test('is read in its newest version', () => {
    const version = (sequence: number, summary: string) =>
      eventOf('UID:freeze', evening, twoHours, `SEQUENCE:${sequence}`, `SUMMARY:${summary}`);
    const text = calendarOf(...version(9, 'old'), ...version(10, 'new'), ...version(2, 'oldest'));
    const { windows, skipped } = readCalendar(`${text}${calendarOf(...version(10, 'again'))}`, options);
    expect(windows.map(({ reason }) => reason)).toEqual(['new']);
    expect(skipped.map(({ line, why }) => [line, why])).toEqual([
      [4, 'the event in line 11 is a newer version of it'],
      [18, 'the event in line 11 is a newer version of it'],
      [29, 'the event in line 11 has the same UID, and this is no newer version of it'],
    ]);
  });

  test('that is cancelled is skipped, and so are changes of it', () => {
    const change = eventOf('UID:freeze', 'RECURRENCE-ID;TZID=Europe/Berlin:20261225T180000', evening, twoHours);
    const series = eventOf('UID:freeze', evening, twoHours, 'RRULE:FREQ=WEEKLY', 'STATUS:CANCELLED');
    const { windows, skipped } = readCalendar(calendarOf(...series, ...change), options);
    expect([windows, skipped.map(({ why }) => why)]).toEqual([[], ['it is cancelled', 'its series is cancelled']]);
  });

  test('of a calendar of our own is a window only if it shows one', () => {
    const own = calendarOf(...eventOf('UID:a', evening, twoHours, 'CATEGORIES:SOAK')).replace(
      '-//example.com//EN',
      '-//Lanekeeper//Release calendar//EN',
    );
    expect(readCalendar(own, options)).toMatchObject({ windows: [], skipped: [{ line: 4 }] });
    expect(readCalendar(own.replace('SOAK', 'FREEZE'), options).windows).toHaveLength(1);
  });

  test('does not spoil the others when it is skipped, and the line says where it stands', () => {
    const text = calendarOf(...eventOf('UID:a', 'DTSTART:tomorrow'), ...eventOf('UID:b', evening, twoHours));
    const { windows, skipped } = readCalendar(text, options);
    expect(windows.map(({ name }) => name)).toEqual(['b']);
    expect(skipped).toEqual([
      {
        ...{ line: 4, what: 'the event "a"' },
        why: 'DTSTART: "tomorrow" is no time of the calendar; expected 20261218T180000 or 20261218',
      },
    ]);
  });
});

describe('the times of an event', () => {
  test.each([
    ['UTC', ['DTSTART:20261218T170000Z', 'DTEND:20261218T183015Z'], 'UTC', '2026-12-18T17:00', '2026-12-18T18:30:15'],
    [
      'floating',
      ['DTSTART:20261218T180000', 'DTEND:20261218T200000'],
      'Europe/Berlin',
      '2026-12-18T18:00',
      '2026-12-18T20:00',
    ],
    ['a day', ['DTSTART;VALUE=DATE:20261224'], 'Europe/Berlin', '2026-12-24T00:00', '2026-12-25T00:00'],
    [
      'days',
      ['DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20270101'],
      'Europe/Berlin',
      '2026-12-24T00:00',
      '2027-01-01T00:00',
    ],
    [
      'a week',
      ['DTSTART;VALUE=DATE:20261224', 'DURATION:P1W'],
      'Europe/Berlin',
      '2026-12-24T00:00',
      '2026-12-31T00:00',
    ],
    [
      'two zones',
      [evening, 'DTEND;TZID=America/New_York:20261218T180000'],
      'Europe/Berlin',
      '2026-12-18T18:00',
      '2026-12-19T00:00',
    ],
  ])('are read: %s', (_, lines, zone, begins, ends) => {
    expect(timesOfEvent(...lines)).toEqual({ zone, begins, ends });
  });

  test('last as long as they say', () => {
    expect(timesOfEvent(evening, 'DURATION:P1DT0H30M0S')).toEqual({
      ...{ zone: 'Europe/Berlin', begins: '2026-12-18T18:00', lasts: 'P1DT30M' },
    });
  });

  test.each([
    ['TZID=W. Europe Standard Time', 'Europe/Berlin'],
    ['TZID="W. Europe Standard Time"', 'Europe/Berlin'],
    ['X-A="b;c:d";TZID=Tokyo Standard Time', 'Asia/Tokyo'],
    ['TZID=/freeassociation.sourceforge.net/America/Argentina/Salta', 'America/Argentina/Salta'],
    ['TZID=europe/BERLIN', 'Europe/Berlin'],
    ['TZID=Asia/Kolkata', 'Asia/Kolkata'],
    ['TZID=GMT', 'UTC'],
  ])('in %s are those of %s', (parameter, zone) => {
    expect(readEvent([`DTSTART;${parameter}:20261218T180000`, twoHours]).windows[0]?.zone.toLowerCase()).toMatch(
      zone === 'Asia/Kolkata' ? /^asia\/(?:kolkata|calcutta)$/ : zone.toLowerCase(),
    );
  });

  test('are in the zone where a calendar says that its own one is, and never in what it says of clocks', () => {
    const event = eventOf('UID:a', 'DTSTART;TZID=Customized Time Zone:20261218T180000', twoHours);
    const zone = (...lines: string[]) => [
      ...['BEGIN:VTIMEZONE', 'TZID:Customized Time Zone', ...lines],
      ...['BEGIN:STANDARD', 'DTSTART:16010101T000000', 'TZOFFSETFROM:+0500', 'TZOFFSETTO:+0500', 'END:STANDARD'],
      'END:VTIMEZONE',
    ];
    const known = readCalendar(calendarOf(...event, ...zone('X-LIC-LOCATION:Europe/Paris')), options);
    expect(known.windows).toMatchObject([{ zone: 'Europe/Paris', begins: '2026-12-18T18:00' }]);
    const unknown = readCalendar(calendarOf(...zone(), ...event), options);
    expect(unknown).toMatchObject({
      windows: [],
      skipped: [{ why: expect.stringContaining('nobody knows the zone') }],
    });
  });

  test('without a zone are skipped when nobody says which one is meant, and days are in that of the calendar', () => {
    const text = calendarOf(
      'X-WR-TIMEZONE:Asia/Tokyo',
      ...eventOf('UID:a', 'DTSTART:20261218T180000', twoHours),
      ...eventOf('UID:b', 'DTSTART;VALUE=DATE:20261218'),
    );
    const { zone: _, ...terms } = options;
    expect(readCalendar(text, terms)).toMatchObject({
      ...{ windows: [{ name: 'b', zone: 'Asia/Tokyo' }], skipped: [{ line: 5 }] },
    });
    expect(readCalendar(text.replace(/X-WR.*\r\n/, ''), terms).windows).toEqual([]);
  });

  test.each([
    ['it says no end', [evening]],
    ['it ends before it begins', [evening, 'DTEND;TZID=Europe/Berlin:20261217T180000']],
    ['it ends when it begins', [evening, 'DTEND:20261218T170000Z']],
    ['one is a day and one is a time', [evening, 'DTEND;VALUE=DATE:20261224']],
    ['lasts a part of one', ['DTSTART;VALUE=DATE:20261224', 'DURATION:PT8H']],
    ['is no duration', [evening, 'DURATION:-PT1H']],
    ['is no time at all', [evening, 'DURATION:PT0S']],
    ['no time of the calendar', ['DTSTART:20260230T000000Z', twoHours]],
    ['no time of the calendar', ['DTSTART:20261218T240000Z', twoHours]],
    ['nobody knows the zone "+01:00"', ['DTSTART;TZID="+01:00":20261218T180000', twoHours]],
    ['nobody knows the zone "Etc/GMT-2"', ['DTSTART;TZID=Etc/GMT-2:20261218T180000', twoHours]],
    ['it has DTSTART more than once', [evening, evening, twoHours]],
    ['it has no DTSTART', [twoHours]],
  ])('are skipped when %s: %j', (why, lines) => {
    expect(whySkipped(...lines)).toContain(why);
  });
});
