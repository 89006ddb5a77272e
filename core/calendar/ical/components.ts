import { LanekeeperError } from '../../errors.js';
import { contentLines } from './lines.js';
import { nameOfLine, type Property, readProperty } from './property.js';

/** An event as it is written. */
export interface RawEvent {
  /** The line of its BEGIN, from 1. */
  readonly line: number;
  /** Those that say when it is and what it is about, in their order. */
  readonly properties: readonly Property[];
}

/** A calendar as it is written; a text may have several. */
export interface RawCalendar {
  /** The program that wrote it. */
  readonly product: string;
  /** The zone that it names for all of it. */
  readonly zone?: string;
  /** By the id of a zone that it describes itself, where that is. */
  readonly locations: ReadonlyMap<string, string>;
  readonly events: readonly RawEvent[];
}

/** How many events a calendar may have. */
export const maxEvents = 2_000;

/** How many times the events of a calendar may leave out or add, all in all. */
const maxDates = 5_000;

/** How many properties of an event are read. */
const maxProperties = 500;

/** How deep components may be in each other; an alarm of an event of a calendar is in the third place. */
const maxDepth = 6;

const ofEvent: ReadonlySet<string> = new Set([
  ...['UID', 'SUMMARY', 'CATEGORIES', 'STATUS', 'SEQUENCE', 'LAST-MODIFIED', 'DTSTAMP'],
  ...['DTSTART', 'DTEND', 'DURATION', 'RRULE', 'EXRULE', 'RDATE', 'EXDATE', 'RECURRENCE-ID'],
]);

/** What is read of each component; of others, nothing. */
const wanted: Readonly<Record<string, ReadonlySet<string>>> = {
  VCALENDAR: new Set(['PRODID', 'X-WR-TIMEZONE']),
  'VCALENDAR/VTIMEZONE': new Set(['TZID', 'X-LIC-LOCATION']),
  'VCALENDAR/VEVENT': ofEvent,
};

interface Component {
  readonly line: number;
  readonly name: string;
  /** With the names of those around it. */
  readonly path: string;
  readonly properties: Property[];
}

/**
 * Reads the calendars of a text: their events, and where the zones are that they describe. Tasks, journals and alarms are
 * passed over. What is not whole is refused as a whole: a freeze could be in the part that is missing.
 *
 * @throws INVALID_INPUT with the line of a mistake
 * @throws LIMIT_EXCEEDED for more than what is read
 */
export function readComponents(text: string): readonly RawCalendar[] {
  const calendars: RawCalendar[] = [];
  const open: Component[] = [];
  let parts: { events: RawEvent[]; locations: Map<string, string> } = { events: [], locations: new Map() };
  let eventCount = 0;
  let dateCount = 0;
  for (const content of contentLines(text)) {
    const { line } = content;
    const name = nameOfLine(content);
    const current = open.at(-1);
    if (name === 'BEGIN') {
      begin(open, { line, name: valueOf(content.text) });
    } else if (name === 'END') {
      const ended = end(open, { line, name: valueOf(content.text) });
      if (ended.path === 'VCALENDAR/VEVENT') {
        if ((eventCount += 1) > maxEvents) throw tooMany(line, `more than ${maxEvents} events`);
        parts.events.push({ line: ended.line, properties: ended.properties });
      } else if (ended.path === 'VCALENDAR/VTIMEZONE') {
        const [id, location] = ['TZID', 'X-LIC-LOCATION'].map((one) => firstOf(ended, one));
        if (id !== undefined && location !== undefined) parts.locations.set(id, location);
      } else if (ended.path === 'VCALENDAR') {
        const zone = firstOf(ended, 'X-WR-TIMEZONE');
        calendars.push({ product: firstOf(ended, 'PRODID') ?? '', ...(zone !== undefined && { zone }), ...parts });
        parts = { events: [], locations: new Map() };
      }
    } else if (current === undefined) {
      if (content.text.trim() !== '') throw refused(line, 'it is outside of any calendar; expected BEGIN:VCALENDAR');
    } else if (name !== undefined && wanted[current.path]?.has(name) === true) {
      const property = readProperty(content);
      if (property === undefined) continue;
      current.properties.push(property);
      if (name === 'EXDATE' || name === 'RDATE') dateCount += property.value.split(',', maxDates + 1).length;
      if (dateCount > maxDates) throw tooMany(line, `events that leave out or add more than ${maxDates} times`);
      if (current.properties.length > maxProperties)
        throw tooMany(line, `an event with more than ${maxProperties} properties`);
    }
  }
  const left = open.at(-1);
  if (left !== undefined) throw refused(left.line, `its ${left.name} has no end: the text is cut off`);
  if (calendars.length === 0) throw refused(1, 'there is no calendar; expected BEGIN:VCALENDAR');
  return calendars;
}

function begin(open: Component[], { line, name }: Pick<Component, 'line' | 'name'>): void {
  const around = open.at(-1);
  if (around === undefined && name !== 'VCALENDAR')
    throw refused(line, 'it is outside of any calendar; expected BEGIN:VCALENDAR');
  if (open.length >= maxDepth) throw refused(line, `it is in ${open.length} others; expected at most ${maxDepth - 1}`);
  open.push({ line, name, path: around === undefined ? name : `${around.path}/${name}`, properties: [] });
}

function end(open: Component[], { line, name }: Pick<Component, 'line' | 'name'>): Component {
  const ended = open.pop();
  if (ended === undefined) throw refused(line, 'nothing has begun that could end here');
  if (ended.name !== name) throw refused(line, `expected END:${ended.name}, which begins in line ${ended.line}`);
  return ended;
}

/** Of BEGIN and END: the name of a component, short enough to be told. */
function valueOf(text: string): string {
  const name = text
    .slice(text.indexOf(':') + 1, 100)
    .trim()
    .toUpperCase();
  return /^[A-Z0-9-]{1,40}$/.test(name) ? name : 'UNKNOWN';
}

function firstOf({ properties }: Component, name: string): string | undefined {
  return properties.find((one) => one.name === name)?.value.trim();
}

function refused(line: number, why: string): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', {
    message: 'the text is no whole calendar',
    object: `line ${line}`,
    why,
    next: 'export the calendar again as iCalendar (.ics), and give the whole file',
  });
}

function tooMany(line: number, what: string): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: `the calendar has ${what}`,
    object: `line ${line}`,
    next: 'export a shorter time, or a calendar of freezes and change windows alone',
  });
}
