import { LanekeeperError } from '../../errors.js';
import type { Window } from '../window.js';
import { Collected } from './collected.js';
import { readComponents } from './components.js';
import { type CalendarEvent, nameForPeople, readEvent } from './event.js';
import { namePrefix } from './names.js';
import { windowsOfSeries } from './series-windows.js';
import type { CalendarOptions, Skipped } from './terms.js';
import { quoted } from './times.js';
import { Zones } from './zones.js';

/** What a calendar says. */
export interface CalendarWindows {
  readonly windows: readonly Window[];
  readonly skipped: readonly Skipped[];
}

/**
 * Reads the events of iCalendar text (RFC 5545) as windows: one event is one window, with one more for each time of it that is
 * moved or added. An event that cannot be said exactly is skipped with the reason, and changes nothing about the others. The
 * same event has the same name whenever it is read. Whether it is busy or free, alarms, tasks and journals say nothing
 * about windows.
 *
 * @throws INVALID_INPUT for what is no whole calendar, with the line, and for options that are wrong
 * @throws LIMIT_EXCEEDED for more events or windows than are read, or a text that is too long
 */
export function readCalendar(text: string, options: CalendarOptions): CalendarWindows {
  const zones = new Zones();
  const terms = { ...options, zones, zone: zoneOfOptions(options, zones) };
  checkPrefix(options.prefix);
  const events = readComponents(text).flatMap((calendar) => calendar.events.map((event) => readEvent(calendar, event)));
  const collected = new Collected();
  for (const series of groupedById(events).values())
    for (const one of windowsOfSeries(newestOf(series, collected), terms))
      if ('why' in one) collected.skip(one);
      else collected.add(one);
  const { windows, skipped } = collected;
  return { windows, skipped };
}

/** Of each event the newest version, and of each of its times. */
function newestOf(series: readonly CalendarEvent[], collected: Collected): readonly CalendarEvent[] {
  const newest = new Map<string, CalendarEvent>();
  const skip = ({ line, ...event }: CalendarEvent, kept: CalendarEvent): void => {
    const why =
      event.version === kept.version
        ? `the event in line ${kept.line} has the same UID, and this is no newer version of it`
        : `the event in line ${kept.line} is a newer version of it`;
    collected.skip({ line, what: nameForPeople(event), why });
  };
  for (const event of series) {
    const key = event.get('RECURRENCE-ID')?.value ?? '';
    const known = newest.get(key);
    if (known !== undefined && known.version >= event.version) skip(event, known);
    else {
      if (known !== undefined) skip(known, event);
      newest.set(key, event);
    }
  }
  return [...newest.values()];
}

function groupedById(events: readonly CalendarEvent[]): Map<string, CalendarEvent[]> {
  const groups = new Map<string, CalendarEvent[]>();
  for (const event of events) {
    const group = groups.get(event.id);
    if (group === undefined) groups.set(event.id, [event]);
    else group.push(event);
  }
  return groups;
}

function zoneOfOptions({ zone }: CalendarOptions, zones: Zones): string | undefined {
  if (zone === undefined) return undefined;
  const found = zones.named(zone);
  if (found !== undefined) return found;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${quoted(zone)} is no zone`,
    why: 'times and days that name no zone would be in it',
    next: 'name a zone of the IANA database, such as Europe/Berlin',
  });
}

function checkPrefix(prefix: string): void {
  if (namePrefix.test(prefix)) return;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${quoted(prefix)} is no prefix of names`,
    next: 'write at most 31 lower-case letters, digits, dots, dashes and underscores, such as company-',
  });
}
