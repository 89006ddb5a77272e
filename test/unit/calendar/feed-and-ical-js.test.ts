import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import ICAL from 'ical.js';
import { Temporal } from 'temporal-polyfill';
import type { FeedEvent } from '../../../core/calendar/ical/feed-event.js';
import { writeCalendar } from '../../../core/calendar/ical/write-calendar.js';
import type { WindowTimes } from '../../../core/calendar/window.js';

const now = new Date('2026-11-28T09:30:00Z');

/** A feed of one event, as another program reads it, with what the feed itself says of when clocks are set. */
function eventReadByIcalJs(some: Partial<FeedEvent> & Pick<FeedEvent, 'times'>): ICAL.Event {
  const event = { uid: 'a', summary: 'a', category: 'FREEZE', sequence: 0, changedAt: now, ...some } as const;
  const text = writeCalendar({ name: 'gold', events: [event], zone: 'UTC', now });
  const calendar = new ICAL.Component(ICAL.parse(text) as unknown[]);
  return new ICAL.Event(calendar.getFirstSubcomponent('vevent')!);
}

/** From when to when the event is at most so many times, in milliseconds of epoch. */
function spansReadByIcalJs(times: FeedEvent['times'], most: number): readonly (readonly [number, number])[] {
  const event = eventReadByIcalJs({ times });
  if (!event.isRecurring()) return [[instantOf(event.startDate), instantOf(event.endDate)]];
  const spans: (readonly [number, number])[] = [];
  const starts = event.iterator();
  for (let start = starts.next() as ICAL.Time | undefined; start && spans.length < most; start = starts.next()) {
    const { startDate, endDate } = event.getOccurrenceDetails(start) as { startDate: ICAL.Time; endDate: ICAL.Time };
    spans.push([instantOf(startDate), instantOf(endDate)]);
  }
  return spans;
}

const instantOf = (time: ICAL.Time): number => time.toUnixTime() * 1000;

/** The same by Temporal, of days that follow each other. */
function spansOfDays(times: WindowTimes, every: number, count: number): readonly (readonly [number, number])[] {
  const { zone, begins, ends = begins, except = [] } = times;
  const [begin, end] = [begins, ends].map((text) => Temporal.PlainDateTime.from(text)) as [
    Temporal.PlainDateTime,
    Temporal.PlainDateTime,
  ];
  const instant = (wall: Temporal.PlainDateTime, days: number): number =>
    wall.add({ days }).toZonedDateTime(zone).epochMilliseconds;
  return Array.from({ length: count }, (_, index) => index * every)
    .filter((days) => !except.includes(begin.add({ days }).toPlainDate().toString()))
    .map((days) => [instant(begin, days), instant(end, days)]);
}

describe('a feed that another program reads', () => {
  test('shows the same times, through changes of clocks that the feed describes itself', () => {
    const zone = fc.constantFrom(
      ...['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Europe/Dublin'],
      ...['Asia/Kolkata', 'Africa/Casablanca', 'Pacific/Apia', 'UTC'],
    );
    const year = fc.integer({ min: 2020, max: 2030 });
    const month = fc.integer({ min: 1, max: 12 });
    fc.assert(
      // Clocks are set at night: which of two times is meant then, programs understand differently.
      fc.property(zone, year, month, fc.integer({ min: 5, max: 18 }), fc.integer({ min: 1, max: 5 }), (...some) => {
        const [in_, y, m, hour, every] = some;
        const begin = Temporal.PlainDateTime.from({ year: y, month: m, day: 9, hour });
        const times = {
          ...{ zone: in_, begins: begin.toString(), ends: begin.add({ hours: 3 }).toString() },
          ...{
            recurrence: `FREQ=DAILY;INTERVAL=${every}`,
            except: [
              begin
                .add({ days: 3 * every })
                .toPlainDate()
                .toString(),
            ],
          },
        };
        expect(spansReadByIcalJs(times, 119)).toEqual(spansOfDays(times, every, 120));
      }),
      { numRuns: 60 },
    );
  });

  test('ends with the last day that it names, in its zone', () => {
    const times = { zone: 'America/New_York', begins: '2026-12-01T22:00', ends: '2026-12-02T02:00' };
    const daily = { ...times, recurrence: 'FREQ=DAILY;UNTIL=20261205' };
    expect(spansReadByIcalJs(daily, 99)).toEqual(spansOfDays(times, 1, 5));
  });

  test('shows instants and days', () => {
    const [from, to] = [new Date('2026-12-18T17:00:00Z'), new Date('2026-12-18T19:00:00Z')];
    expect(spansReadByIcalJs({ from, to }, 1)).toEqual([[from.getTime(), to.getTime()]]);
    const { startDate, endDate } = eventReadByIcalJs({ times: { day: '2026-12-31' } });
    expect([startDate.isDate, startDate.toString(), endDate.toString()]).toEqual([true, '2026-12-31', '2027-01-01']);
  });

  test('shows the same texts', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 200 }).map((some) => `a${some}z`);
    fc.assert(
      fc.property(text, text, (uid, description) => {
        const read = eventReadByIcalJs({ uid, description: `${description}\n${uid}`, times: { day: '2026-12-31' } });
        expect([read.uid, read.description]).toEqual([uid, `${description}\n${uid}`]);
      }),
    );
  });
});
