import type { RawCalendar, RawEvent } from './components.js';
import type { Property } from './property.js';
import { oneLine, textList, unescapeText } from './text.js';
import { quoted } from './times.js';

/** How long the reason of a window may be, in characters. */
export const maxReason = 300;

/** An event of a calendar, as far as it is read without knowing when it is. */
export interface CalendarEvent {
  readonly calendar: RawCalendar;
  /** The line of its BEGIN, from 1. */
  readonly line: number;
  /** What events of the same id are: versions of one event, and changes of single times of it. */
  readonly id: string;
  /** What it is about; undefined where it says nothing that is seen. */
  readonly summary: string | undefined;
  /** In capitals. */
  readonly categories: ReadonlySet<string>;
  readonly isCancelled: boolean;
  /** Of two versions, the one with the greater is newer, compared as text. */
  readonly version: string;
  /** The one property of that name that counts. */
  get(name: string): Property | undefined;
  all(name: string): readonly Property[];
}

/** Reads what an event says of itself. */
export function readEvent(calendar: RawCalendar, { line, properties }: RawEvent): CalendarEvent {
  const byName = new Map<string, Property[]>();
  for (const one of properties) {
    const same = byName.get(one.name);
    if (same === undefined) byName.set(one.name, [one]);
    else same.push(one);
  }
  const get = (name: string) => byName.get(name)?.[0];
  const text = (name: string): string => get(name)?.value.trim() ?? '';
  const summary = oneLine(unescapeText(text('SUMMARY')), maxReason);
  const uid = unescapeText(text('UID'));
  return {
    ...{ calendar, line, summary },
    // RFC 5545 wants an id; where there is none, what it is about and when tells it from others.
    id: uid === '' ? `${summary ?? ''} ${text('DTSTART')} ${text('RECURRENCE-ID')}`.trim() : uid,
    categories: new Set((byName.get('CATEGORIES') ?? []).flatMap(({ value }) => textList(value.toUpperCase()))),
    isCancelled: text('STATUS').toUpperCase() === 'CANCELLED',
    version: versionOf(text('SEQUENCE'), text('LAST-MODIFIED'), text('DTSTAMP')),
    get,
    all: (name) => byName.get(name) ?? [],
  };
}

/** How an event is spoken of to people. */
export function nameForPeople({ summary, id }: Pick<CalendarEvent, 'summary' | 'id'>): string {
  const text = summary ?? oneLine(id, maxReason);
  return text === undefined ? 'an event' : `the event ${quoted(text)}`;
}

/** By its number first, then by when it was changed, then by when this was written (RFC 5546, section 2.1.5). */
function versionOf(sequence: string, ...times: readonly string[]): string {
  const number = /^\d{1,9}$/.test(sequence) ? sequence : '0';
  return [number.padStart(9, '0'), ...times.map((time) => (/^\d{8}T\d{6}Z$/.test(time) ? time : '0'))].join(' ');
}
