import type { Temporal } from 'temporal-polyfill';
import type { Property } from './property.js';
import { type CalendarTime, quoted, readTime, Unreadable } from './times.js';
import type { Zones } from './zones.js';

/** Why something is skipped whose zone nobody says: whoever imports it can. */
export const inNoZone = 'is in no zone';

/** A time of an event, on the wall of its zone. */
export interface Moment {
  readonly zone: string;
  readonly wall: Temporal.PlainDateTime;
  /** Whether it is a whole day; then it is the begin of that. */
  readonly isDay: boolean;
}

/** By what the times of a calendar are read. */
interface MomentTerms {
  readonly zones: Zones;
  /** By id, where the zones are that the calendar describes itself. */
  readonly locations: ReadonlyMap<string, string>;
  /** Of times and days that name none. */
  readonly zone: string | undefined;
  /** The one that the calendar names for all of it: of days. */
  readonly calendarZone: string | undefined;
}

/** Reads the times of a calendar, each in the zone that it names. */
export class Moments {
  readonly #terms: MomentTerms;

  constructor(terms: MomentTerms) {
    this.#terms = terms;
  }

  /** @throws Unreadable for what is no time, or in no zone that is known */
  of({ name, parameters, value }: Property): Moment {
    try {
      return this.#momentOf(readTime(value), parameters.get('TZID'));
    } catch (error) {
      throw error instanceof Unreadable ? new Unreadable(`${name}: ${error.message}`) : error;
    }
  }

  #momentOf(time: CalendarTime, id: string | undefined): Moment {
    if (time.type === 'instant') return { zone: 'UTC', wall: time.time, isDay: false };
    if (time.type === 'day') return { zone: this.#zoneOfDays(id), wall: time.date.toPlainDateTime(), isDay: true };
    const zone = id === undefined ? this.#terms.zone : this.#zoneOf(id);
    if (zone === undefined)
      throw new Unreadable(`its time ${inNoZone}; say in which zone such times are, such as Europe/Berlin`);
    return { zone, wall: time.time, isDay: false };
  }

  #zoneOf(id: string): string {
    const zone = this.#terms.zones.zoneOf(id, this.#terms.locations);
    if (zone !== undefined) return zone;
    throw new Unreadable(
      `nobody knows the zone ${quoted(id)}; expected one of the IANA database, such as Europe/Berlin, or of Windows`,
    );
  }

  /** Some programs write a zone for days, too. */
  #zoneOfDays(id: string | undefined): string {
    if (id !== undefined) return this.#zoneOf(id);
    const { zone, calendarZone, zones } = this.#terms;
    const found = zone ?? (calendarZone === undefined ? undefined : zones.named(calendarZone));
    if (found !== undefined) return found;
    throw new Unreadable(`it is a whole day and ${inNoZone}; say in which zone days are, such as Europe/Berlin`);
  }
}

/** The instant of a moment, in milliseconds of epoch; clocks that are set are followed as windows follow them. */
export function instantOf({ wall, zone }: Pick<Moment, 'wall' | 'zone'>): number {
  return wall.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds;
}

/** The same instant on the wall of another zone. */
export function inZone(moment: Pick<Moment, 'wall' | 'zone'>, zone: string): Temporal.PlainDateTime {
  if (moment.zone === zone) return moment.wall;
  return moment.wall
    .toZonedDateTime(moment.zone, { disambiguation: 'compatible' })
    .withTimeZone(zone)
    .toPlainDateTime();
}
