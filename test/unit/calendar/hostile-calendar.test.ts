import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LanekeeperError } from '../../../core/errors.js';
import { maxRecurring } from '../../../core/calendar/ical/collected.js';
import { maxEvents } from '../../../core/calendar/ical/components.js';
import { maxCalendarLength } from '../../../core/calendar/ical/lines.js';
import { readCalendar } from '../../../core/calendar/ical/read-calendar.js';
import { whyUnseen } from '../../../core/unseen.js';
import { calendarOf, eventOf, options, readEvent } from '../../support/calendar-text.js';

const evening = ['DTSTART;TZID=Europe/Berlin:20261218T180000', 'DURATION:PT2H'];

/** With which error a text is refused, as code, object and reason. */
function refusalOf(text: string, terms = options): readonly (string | undefined)[] {
  try {
    readCalendar(text, terms);
  } catch (error) {
    if (error instanceof LanekeeperError) return [error.code, error.object, error.why ?? error.message, error.next];
    throw error;
  }
  throw new Error('it was not refused');
}

/** What is read of the summary of an event. */
const reasonOf = (summary: string): string => readEvent([...evening, `SUMMARY:${summary}`]).windows[0]!.reason;

describe('the lines of a calendar', () => {
  test('may end with CRLF or LF, be folded anywhere, and begin with a byte order mark', () => {
    const text = calendarOf(...eventOf('UID:freeze', ...evening, 'SUMMARY:Winter; no changes'));
    const expected = readCalendar(text, options);
    expect(expected.windows).toMatchObject([{ reason: 'Winter; no changes' }]);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 40 }), fc.boolean(), (cuts, isUnix) => {
        const folds = new Set(cuts.filter((at) => !/[\r\n]/.test(text.slice(Math.max(0, at - 1), at + 1))));
        const folded = Array.from(text, (one, at) => (folds.has(at) && at > 0 ? `\r\n ${one}` : one));
        const other = `\uFEFF${folded.join('')}`;
        expect(readCalendar(isUnix ? other.replaceAll('\r\n', '\n') : other, options)).toEqual(expected);
      }),
    );
  });

  test('that are no properties, or ones that nobody reads, say nothing', () => {
    const noise = ['X-ABC;A="b:c":d', 'no property', ';:', 'constructor:a', '__proto__:b', 'DESCRIPTION:END', '\t', ''];
    expect(readEvent([...noise, ...evening, ...noise])).toEqual(readEvent(evening));
  });

  test('of other calendars, tasks and alarms say nothing, and several calendars in one text are read', () => {
    const alarm = ['BEGIN:VALARM', 'TRIGGER:-PT1H', 'SUMMARY:wake up', 'DTSTART:19700101T000000Z', 'END:VALARM'];
    const task = ['BEGIN:VTODO', 'UID:todo', ...evening, 'END:VTODO'];
    const text = calendarOf(...task, ...eventOf('UID:a', ...alarm, ...evening, 'SUMMARY:Winter'));
    const { windows } = readCalendar(`${text}\r\n${calendarOf(...eventOf('UID:b', ...evening))}`, options);
    expect(windows).toMatchObject([
      { name: 'a', reason: 'Winter', begins: '2026-12-18T18:00' },
      { name: 'b', reason: 'an event of a calendar that does not say what it is about' },
    ]);
  });
});

describe('a text that is no whole calendar', () => {
  test.each([
    ['a page', '<!doctype html>', 'line 1', 'it is outside of any calendar; expected BEGIN:VCALENDAR'],
    ['nothing', '\r\n\n', 'line 1', 'there is no calendar; expected BEGIN:VCALENDAR'],
    ['an event alone', 'BEGIN:VEVENT\nEND:VEVENT', 'line 1', 'it is outside of any calendar; expected BEGIN:VCALENDAR'],
    ['cut off', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a', 'line 2', 'its VEVENT has no end: the text is cut off'],
    [
      'crossed',
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR',
      'line 3',
      'expected END:VEVENT, which begins in line 2',
    ],
    ['ended twice', `${calendarOf()}END:VCALENDAR`, 'line 5', 'nothing has begun that could end here'],
    ['deep', 'BEGIN:VCALENDAR\n'.repeat(50), 'line 7', 'it is in 6 others; expected at most 5'],
  ])('is refused with the line and what to do: %s', (_, text, object, why) => {
    const next = 'export the calendar again as iCalendar (.ics), and give the whole file';
    expect(refusalOf(text)).toEqual(['INVALID_INPUT', object, why, next]);
  });
});

describe('more than is read', () => {
  test('is refused by its length before any of it is read', () => {
    const text = calendarOf(...eventOf('UID:freeze', ...evening));
    const filled = `${text}${'\n'.repeat(maxCalendarLength - text.length)}`;
    expect(readCalendar(filled, options).windows).toHaveLength(1);
    const long = `it has ${maxCalendarLength + 1} characters; at most ${maxCalendarLength} are read`;
    expect(refusalOf(`${filled}\n`).slice(0, 3)).toEqual(['LIMIT_EXCEEDED', undefined, long]);
    expect(refusalOf('x'.repeat(100 * maxCalendarLength))[0]).toBe('LIMIT_EXCEEDED');
  });

  test('is refused with the line of the first event that is too many', () => {
    const events = (count: number) =>
      Array.from({ length: count }, (_, at) => eventOf(`UID:${at}`, 'DTSTART:x')).flat();
    expect(readCalendar(calendarOf(...events(maxEvents)), options).skipped).toHaveLength(maxEvents);
    const many = refusalOf(calendarOf(...events(maxEvents + 1)));
    expect(many.slice(0, 3)).toEqual(['LIMIT_EXCEEDED', 'line 8007', `the calendar has more than ${maxEvents} events`]);
  });

  test('is refused, too, when it is properties, times that are left out, or windows', () => {
    const endless = ['DURATION:PT1H', 'RRULE:FREQ=DAILY'];
    const times = Array.from({ length: 90 }, (_, day) => new Date(Date.UTC(2026, 11, 19 + day, 17)).toISOString());
    const dates = times.map((time) => time.replaceAll(/[-:]|\.000/g, '')).join(',');
    const events = (count: number, ...lines: string[]) =>
      calendarOf(...Array.from({ length: count }, (_, at) => eventOf(`UID:${at}`, evening[0]!, ...lines)).flat());
    expect(refusalOf(events(1, ...Array.from({ length: 500 }, () => 'UID:a')))[2]).toContain(
      'more than 500 properties',
    );
    expect(refusalOf(events(maxRecurring + 1, ...endless))[2]).toContain(
      `more than ${maxRecurring} events that come back`,
    );
    expect(refusalOf(events(60, ...endless, `EXDATE:${dates}`))[2]).toContain('more than 5000 times');
    expect(refusalOf(events(1, ...endless, `EXDATE:${','.repeat(900_000)}`))[2]).toContain('more than 5000 times');
    expect(refusalOf(events(50, 'DURATION:PT1H', `RDATE:${dates}`))[2]).toBe(
      `the calendar has more than ${maxEvents} windows`,
    );
  });
});

describe('the summary of an event', () => {
  test('is one line in which everything is seen', () => {
    expect(reasonOf(String.raw`a\nb\N\;\,\\ \x`)).toBe(String.raw`a b ;,\ \x`);
    expect(reasonOf('pay\u202Eroll\u0000\u001B[2J\rBEGIN:VEVENT')).toBe(
      'pay\uFFFDroll\uFFFD\uFFFD[2J\uFFFDBEGIN:VEVENT',
    );
    expect(reasonOf('\u2800')).toBe('an event of a calendar that does not say what it is about');
  });

  test('is shortened, and no character of it is halved', () => {
    expect(reasonOf('x'.repeat(300))).toHaveLength(300);
    expect(reasonOf('x'.repeat(900_000))).toBe(`${'x'.repeat(299)}…`);
    expect(reasonOf('🚢'.repeat(200_000))).toBe(`${'🚢'.repeat(299)}…`);
  });

  test('is always what a window can show, and so are names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.string({ unit: 'binary' }), (text, uid) => {
        const inLine = (one: string): string => one.replaceAll('\n', ' ');
        const { windows } = readEvent([`UID:${inLine(uid)}`, ...evening, `SUMMARY:${inLine(text)}`]);
        expect(windows.map(({ reason }) => whyUnseen(reason))).toEqual([undefined]);
        expect(windows[0]!.reason).toMatch(/^\S(?:.*\S)?$/u);
        expect(windows[0]!.name).toMatch(/^[a-z0-9][a-z0-9._-]{0,62}$/);
      }),
    );
  });
});

test('whatever a text is, it is read or refused, and the same names are never given twice', () => {
  const words = [
    ...['BEGIN:VEVENT', 'END:VEVENT', 'UID:a', 'UID:b', ...evening, 'DTSTART:20261218', 'DTSTART:20261204T180000Z'],
    ...['DTEND:20261219T000000Z', 'RRULE:FREQ=DAILY;COUNT=3', 'RRULE:FREQ=YEARLY;BYHOUR=99,1;UNTIL=00000101T000000Z'],
    ...['EXDATE:20261219T180000Z', 'EXDATE;VALUE=DATE:20261219', 'RDATE:99991231T235959Z/P9999W', 'STATUS:CANCELLED'],
    ...['RECURRENCE-ID:20261219T180000Z', 'SEQUENCE:2', 'X', 'DTSTART;TZID=":00000101T000000', 'DURATION:P9999D'],
    ...[
      'BEGIN:VTIMEZONE',
      'END:VTIMEZONE',
      'TZID:a',
      'END:VCALENDAR',
      'BEGIN:VCALENDAR',
      ' ',
      'DTSTART:00000101T000000Z',
    ],
  ];
  const lines = fc.array(fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...words) }, fc.string()), {
    maxLength: 25,
  });
  fc.assert(
    fc.property(lines, fc.boolean(), (some, isEvent) => {
      try {
        const { windows } = readCalendar(calendarOf(...(isEvent ? eventOf(...some) : some)), options);
        expect(new Set(windows.map(({ name }) => name)).size).toBe(windows.length);
      } catch (error) {
        if (!(error instanceof LanekeeperError)) throw error;
      }
    }),
    { numRuns: 3_000 },
  );
});

test('options that say no zone, or no beginning of a name, are refused', () => {
  expect(refusalOf(calendarOf(), { ...options, zone: '+01:00' }).slice(0, 3)).toEqual([
    ...['INVALID_INPUT', undefined, 'times and days that name no zone would be in it'],
  ]);
  expect(refusalOf(calendarOf(), { ...options, prefix: 'A b' })[2]).toBe('"A b" is no prefix of names');
});
