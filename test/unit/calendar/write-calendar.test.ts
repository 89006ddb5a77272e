import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { FeedEvent } from '../../../core/calendar/ical/feed-event.js';
import { readCalendar } from '../../../core/calendar/ical/read-calendar.js';
import { writeCalendar } from '../../../core/calendar/ical/write-calendar.js';
import type { Window } from '../../../core/calendar/window.js';
import { seen } from '../../../core/unseen.js';
import { options } from '../../support/calendar-text.js';

const now = new Date('2026-11-28T09:30:00Z');
const changedAt = new Date('2026-11-02T08:00:00.500Z');
const inDecember = { from: new Date('2026-12-18T17:00:00Z'), to: new Date('2026-12-18T19:00:00Z') };

const event = (some: Partial<FeedEvent> = {}): FeedEvent => ({
  ...{ uid: 'freeze', summary: 'Winter', category: 'FREEZE', times: inDecember, sequence: 3, changedAt },
  ...some,
});

function feedOf(...events: readonly FeedEvent[]): string {
  return writeCalendar({ name: 'Lane gold', events, zone: 'Europe/Berlin', now });
}

/** The lines of a feed, put together again where they are folded. */
const linesOf = (text: string): readonly string[] => text.replaceAll('\r\n ', '').split('\r\n').slice(0, -1);

const nameOf = (line: string): string => /^[A-Z-]+/.exec(line)?.[0] ?? '';

/** The lines of the only event of a feed whose properties have a name. */
const written = (some: Partial<FeedEvent>, ...names: readonly string[]): readonly string[] =>
  linesOf(feedOf(event(some)))
    .slice(10)
    .filter((line) => names.includes(nameOf(line)));

describe('a feed', () => {
  test('says what it is, how often to ask again, and what each event is', () => {
    expect(
      linesOf(feedOf(event({ description: 'No changes', url: 'https://example.com/w?a=b', status: 'CONFIRMED' }))),
    ).toEqual([
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Lanekeeper//Release calendar//EN', 'CALSCALE:GREGORIAN'],
      ...['METHOD:PUBLISH', 'NAME:Lane gold', 'X-WR-CALNAME:Lane gold', 'X-WR-TIMEZONE:Europe/Berlin'],
      ...['REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H', 'BEGIN:VEVENT', 'UID:freeze'],
      ...['DTSTAMP:20261128T093000Z', 'DTSTART:20261218T170000Z', 'DTEND:20261218T190000Z', 'SUMMARY:Winter'],
      ...['DESCRIPTION:No changes', 'URL:https://example.com/w?a=b', 'CATEGORIES:FREEZE', 'STATUS:CONFIRMED'],
      ...['SEQUENCE:3', 'LAST-MODIFIED:20261102T080000Z', 'TRANSP:TRANSPARENT', 'CLASS:PUBLIC'],
      ...['END:VEVENT', 'END:VCALENDAR'],
    ]);
  });

  test('shows days as days, and windows in their zone', () => {
    const names = ['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'EXDATE'];
    expect(written({ times: { day: '2026-12-31' } }, ...names)).toEqual([
      ...['DTSTART;VALUE=DATE:20261231', 'DTEND;VALUE=DATE:20270101'],
    ]);
    const zone = { zone: 'UTC', begins: '2026-12-18T18:00', lasts: 'P1W2DT1H5S' };
    expect(written({ times: zone }, ...names)).toEqual(['DTSTART:20261218T180000Z', 'DURATION:P9DT1H0M5S']);
  });

  test('says when clocks are set in the years that it shows, and nothing for UTC', () => {
    const times = { zone: 'Europe/Berlin', begins: '2026-12-18T18:00', ends: '2027-01-04T08:00' };
    const lines = linesOf(feedOf(event({ times }), event({ times: { ...times, zone: 'UTC' } })));
    expect(lines.slice(10, lines.indexOf('END:VTIMEZONE') + 1)).toEqual([
      ...['BEGIN:VTIMEZONE', 'TZID:Europe/Berlin', 'X-LIC-LOCATION:Europe/Berlin'],
      ...[
        'BEGIN:STANDARD',
        'DTSTART:20250701T000000',
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0200',
        'TZNAME:+0200',
        'END:STANDARD',
      ],
      ...[
        'BEGIN:STANDARD',
        'DTSTART:20251026T030000',
        'RDATE:20251026T030000',
        'RDATE:20261025T030000',
        'RDATE:20271031T030000',
      ],
      ...['TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100', 'TZNAME:+0100', 'END:STANDARD'],
      ...['BEGIN:DAYLIGHT', 'DTSTART:20260329T020000', 'RDATE:20260329T020000', 'RDATE:20270328T020000'],
      ...['TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200', 'TZNAME:+0200', 'END:DAYLIGHT', 'END:VTIMEZONE'],
    ]);
    expect(lines.filter((line) => line === 'BEGIN:VTIMEZONE')).toHaveLength(1);
  });

  test('links to pages alone', () => {
    expect(written({ url: 'javascript:alert(1)' }, 'URL')).toEqual([]);
    expect(written({ url: 'https://example.com/ä b"\r\nURL:x' }, 'URL')).toEqual([
      'URL:https://example.com/%C3%A4%20b%22%EF%BF%BD%0AURL:x',
    ]);
  });

  test.each([
    { zone: 'Europe/Nowhere', begins: '2026-12-18T18:00', lasts: 'PT1H' },
    { zone: '+01:00', begins: '2026-12-18T18:00', lasts: 'PT1H' },
    { zone: 'UTC', begins: 'tomorrow', lasts: 'PT1H' },
    { zone: 'UTC', begins: '2026-12-18T18:00', lasts: 'long' },
    { zone: 'UTC', begins: '2026-12-18T18:00', lasts: 'PT1H', recurrence: 'FREQ=DAILY;UNTIL=2027' },
    { day: '2026-02-30' },
    { from: new Date(NaN), to: now },
  ])('refuses times that are none, and says of which event: %j', (times) => {
    expect(() => feedOf(event({ uid: 'winter', times }))).toThrow(
      'the event "winter" has no times that a calendar can show',
    );
  });
});

describe('texts of others in a feed', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          '\r\n',
          '\n',
          '\r',
          '\u2028',
          '\u0085',
          '\v',
          'END:VEVENT',
          'BEGIN:VEVENT',
          ' ',
          ';',
          'é',
          '🚢',
          '\uD83D',
          '\t',
        ),
      )
      .map((parts) => parts.join('')),
  );
  const texts = fc.record({
    uid: nasty,
    summary: nasty,
    description: nasty,
    url: nasty.map((text) => `https://${text}`),
  });

  test('never become lines of their own, and what could do that is seen', () => {
    const plain = linesOf(feedOf(event({ description: 'a', url: 'https://example.com' }))).map(nameOf);
    fc.assert(
      fc.property(texts, nasty, fc.record({ zone: nasty, rule: nasty }), (some, name, { zone, rule }) => {
        const text = writeCalendar({ name, zone, events: [event(some)], now });
        expect(linesOf(text).map(nameOf)).toEqual(plain);
        expect(text.replaceAll('\r\n', '')).not.toMatch(/(?![\u200c\u200d])[\p{C}\u2028\u2029]/u);
        const times = { zone: 'UTC', begins: '2026-12-18T18:00', lasts: 'PT1H', recurrence: `FREQ=DAILY;X=${rule}` };
        expect(
          linesOf(feedOf(event({ times })))
            .map(nameOf)
            .filter((one) => one === 'BEGIN'),
        ).toHaveLength(2);
      }),
    );
  });

  test('are folded after at most 75 octets, inside of no character, and nothing of them is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 40, maxLength: 300 }), (description) => {
        const text = feedOf(event({ description }));
        for (const line of text.split('\r\n')) {
          expect(Buffer.from(line).length).toBeLessThanOrEqual(75);
          expect(line).not.toMatch(/\p{Cs}/u);
        }
        const [line = ''] = linesOf(text).filter((one) => one.startsWith('DESCRIPTION:'));
        expect(line.replace('DESCRIPTION:', '').replaceAll(/\\([\\;,])/g, '$1')).toBe(seen(description));
      }),
    );
    const lines = feedOf(event({ description: 'x'.repeat(300) })).split('\r\n');
    expect(lines.filter((line) => /^(?:DESCRIPTION:| )x/.test(line)).map((line) => line.length)).toEqual([
      75, 75, 75, 75, 16,
    ]);
  });

  test('are shortened', () => {
    const [summary = '', description = ''] = written(
      { summary: '🚢'.repeat(400), description: 'x'.repeat(100_000) },
      'SUMMARY',
      'DESCRIPTION',
    );
    expect(summary).toBe(`SUMMARY:${'🚢'.repeat(299)}…`);
    expect(description).toHaveLength('DESCRIPTION:'.length + 4_000);
  });
});

describe('a feed that is read', () => {
  const pad = (number: number): string => String(number).padStart(2, '0');
  const day = fc
    .tuple(fc.integer({ min: 2025, max: 2032 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([year, month, date]) => `${year}-${pad(month)}-${pad(date)}`);
  const length = fc.oneof(
    fc.integer({ min: 1, max: 30 * 24 * 60 }).map((minutes) => ({ minutes })),
    fc.constantFrom('PT8H', 'P2DT14H', 'P1W', 'PT90M', 'PT1H1S', 'P3D').map((lasts) => ({ lasts })),
  );
  /** Rules that come at whatever time they begin. */
  const rules = fc.record({
    every: fc.constantFrom<readonly [string, days: number]>(
      ...[['FREQ=DAILY', 1] as const, ['FREQ=DAILY;INTERVAL=3', 3] as const, ['FREQ=WEEKLY', 7] as const],
      // Between two times are not always as many days.
      ...[['FREQ=MONTHLY', 0] as const, ['FREQ=YEARLY', 0] as const],
    ),
    end: fc.constantFrom('', ';COUNT=9', ';UNTIL=20351231T120000', ';UNTIL=20360229'),
    left: fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 5 }),
  });
  const parts = fc.constantFrom('a', ',', ';', '\\', '\\n', 'é', '🚢', '"', ':', 'x y', 'BEGIN:VEVENT');
  const windows = fc
    .record({
      name: fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,62}$/),
      kind: fc.constantFrom('FREEZE', 'CHANGE'),
      reason: fc.array(parts, { minLength: 1, maxLength: 40 }).map((some) => some.join('')),
      zone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'UTC'),
      begins: fc.tuple(day, fc.constantFrom('T00:00', 'T09:00', 'T05:30', 'T23:59:59')).map(([on, time]) => on + time),
      length,
      again: fc.option(rules),
    })
    .map(({ length: long, again, begins, ...rest }): Window => {
      const end = 'lasts' in long ? long : { ends: later(begins, long.minutes) };
      const { actions, inFlight } = options;
      return { ...rest, begins, ...end, ...(again !== null && recurrenceOf(begins, again)), actions, inFlight };
    });

  function recurrenceOf(
    begins: string,
    { every: [rule, days], end, left }: typeof rules extends fc.Arbitrary<infer Rule> ? Rule : never,
  ) {
    const except = days === 0 ? [] : left.map((count) => later(begins, count * days * 24 * 60).slice(0, 10)).sort();
    return { recurrence: rule + end, ...(except.length > 0 && { except }) };
  }

  function later(time: string, minutes: number): string {
    const text = new Date(Date.parse(`${time.padEnd(19, ':00')}Z`) + minutes * 60_000).toISOString();
    return text.endsWith(':00.000Z') ? text.slice(0, 16) : text.slice(0, 19);
  }

  test('gives the same windows', () => {
    const some = fc.uniqueArray(windows, { selector: ({ name }) => name, minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(some, fc.constantFrom('FREEZE', 'CHANGE'), (all, kind) => {
        const events = all.map((window) =>
          event({
            ...{ uid: window.name, summary: window.reason, times: window },
            category: window.kind === 'FREEZE' ? 'FREEZE' : 'CHANGE-WINDOW',
          }),
        );
        const { zone: _, ...terms } = options;
        expect(readCalendar(feedOf(...events), { ...terms, kind })).toEqual({ windows: all, skipped: [] });
      }),
    );
  });
});
