import { LanekeeperError, messageOf } from '../../errors.js';
import { seen } from '../../unseen.js';
import type { FeedEvent } from './feed-event.js';
import { timeZoneLines, type Years } from './observances.js';
import { ownProduct } from './terms.js';
import { escapeText, oneLine, shortened } from './text.js';
import { quoted } from './times.js';
import { textOfLines } from './written-lines.js';
import { utcText, writtenTimes, type WrittenTimes } from './written-times.js';

/** How often a calendar asks again. */
const refresh = 'PT1H';

/** For how many years from now it is said how clocks are set, for what comes back without an end. */
const yearsAhead = 10;

/** For how many years it is said at most: what is older is shown by few calendars. */
const maxYears = 100;

/** How much of texts is shown, in characters; an id longer than that would not be one. */
const most = { summary: 300, description: 4_000, uid: 255 } as const;

interface Feed {
  /** Shown by the calendar. */
  readonly name: string;
  readonly events: readonly FeedEvent[];
  /** The zone in which a calendar may show it. */
  readonly zone: string;
  readonly now: Date;
}

/**
 * Writes a calendar to subscribe to, as iCalendar text (RFC 5545, RFC 7986). What `readCalendar` reads of it are the windows that
 * it shows. Texts of others are values in it, never lines.
 *
 * @throws INVALID_INPUT for an event whose times are none
 */
export function writeCalendar({ name, events, zone, now }: Feed): string {
  const written = events.map((event) => ({ event, times: timesOf(event) }));
  return textOfLines([
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', `PRODID:${ownProduct}`, 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH'],
    ...['NAME', 'X-WR-CALNAME'].map((property) => `${property}:${textOf(name, most.summary)}`),
    `X-WR-TIMEZONE:${zone}`,
    ...[`REFRESH-INTERVAL;VALUE=DURATION:${refresh}`, `X-PUBLISHED-TTL:${refresh}`],
    ...zoneLines(
      written.map(({ times }) => times),
      now,
    ),
    ...written.flatMap(({ event, times }) => eventLines(event, times, now)),
    'END:VCALENDAR',
  ]);
}

function eventLines(event: FeedEvent, { lines }: WrittenTimes, now: Date): readonly string[] {
  const { uid, summary, description, url, category, status, sequence, changedAt } = event;
  const link = url === undefined ? undefined : linkOf(url);
  return [
    ...['BEGIN:VEVENT', `UID:${textOf(uid, most.uid)}`, `DTSTAMP:${utcText(now)}`],
    ...lines,
    `SUMMARY:${escapeText(oneLine(summary, most.summary) ?? category)}`,
    ...(description === undefined ? [] : [`DESCRIPTION:${textOf(description, most.description)}`]),
    ...(link === undefined ? [] : [`URL:${link}`]),
    `CATEGORIES:${category}`,
    ...(status === undefined ? [] : [`STATUS:${status}`]),
    ...[`SEQUENCE:${sequence}`, `LAST-MODIFIED:${utcText(changedAt)}`],
    // Nobody is busy because a lane is closed.
    ...['TRANSP:TRANSPARENT', 'CLASS:PUBLIC', 'END:VEVENT'],
  ];
}

function textOf(text: string, maxCharacters: number): string {
  return escapeText(shortened(text, maxCharacters));
}

/** An address in which each character is one of a URI; undefined for one that a click would not open in a browser. */
function linkOf(url: string): string | undefined {
  if (!/^https?:\/\//i.test(url)) return undefined;
  return seen(url.slice(0, 2_000)).replaceAll(/[^!#-;=?-[\]_a-z~]/gu, encodeURIComponent);
}

function timesOf({ uid, times }: FeedEvent): WrittenTimes {
  try {
    return writtenTimes(times);
  } catch (error) {
    throw new LanekeeperError(
      'INVALID_INPUT',
      {
        message: `the event ${quoted(uid)} has no times that a calendar can show`,
        why: messageOf(error),
        next: 'correct its times',
      },
      { cause: error },
    );
  }
}

/** How clocks are set, of each zone in which times are. */
function zoneLines(written: readonly WrittenTimes[], now: Date): readonly string[] {
  const thisYear = now.getUTCFullYear();
  const byZone = new Map<string, Years>();
  for (const { zoned } of written) {
    if (zoned === undefined) continue;
    const { zone, years } = zoned;
    const known = byZone.get(zone) ?? { first: Infinity, last: -Infinity };
    const last = years.last ?? Math.max(thisYear, years.first) + yearsAhead;
    byZone.set(zone, { first: Math.min(known.first, years.first), last: Math.max(known.last, last) });
  }
  return [...byZone].flatMap(([zone, { first, last }]) =>
    timeZoneLines(zone, { first, last: Math.min(last, first + maxYears) }),
  );
}
