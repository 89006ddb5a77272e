import { Temporal } from 'temporal-polyfill';
import { windowsZones } from './windows-zones.js';

/** Names of the same that are neither an area with a city nor a zone of Windows. */
const utc: ReadonlySet<string> = new Set(['UTC', 'GMT', 'Z', 'Etc/UTC', 'Etc/GMT', 'Etc/UCT', 'Zulu', 'Etc/Zulu']);

const areaAndCity = /^[A-Za-z][A-Za-z_]*(?:\/[A-Za-z][A-Za-z0-9_+-]*){1,2}$/;

/** How many names of zones are remembered: each is looked up in the database of the platform. */
const maxRemembered = 1_000;

/**
 * The zones that calendars name. A zone that a calendar describes itself is not believed, since what it says of when clocks
 * are set may be old or invented: only where the calendar says that it is.
 */
export class Zones {
  readonly #known = new Map<string, string | undefined>();
  readonly #supported = new Map(Intl.supportedValuesOf('timeZone').map((zone) => [zone.toLowerCase(), zone]));

  /**
   * The zone of the IANA database, or `UTC`, that a TZID means; undefined where nobody knows.
   *
   * @param locations what the calendar says of where its own zones are, by id
   */
  zoneOf(id: string, locations: ReadonlyMap<string, string>): string | undefined {
    const location = locations.get(id);
    return this.named(id) ?? (location === undefined ? undefined : this.named(location));
  }

  /** The zone that a text names itself. */
  named(id: string): string | undefined {
    if (id.length > 200) return undefined;
    if (this.#known.has(id)) return this.#known.get(id);
    if (this.#known.size >= maxRemembered) this.#known.clear();
    const zone = this.#lookUp(id.trim());
    this.#known.set(id, zone);
    return zone;
  }

  #lookUp(id: string): string | undefined {
    if (utc.has(id)) return 'UTC';
    if (Object.hasOwn(windowsZones, id)) return windowsZones[id];
    if (!id.startsWith('/')) return this.#ianaZone(id);
    // `/freeassociation.sourceforge.net/Europe/Berlin`: programs put their own name before it (RFC 5545, section 3.8.3.1).
    const parts = id.split('/');
    return this.#ianaZone(parts.slice(-2).join('/')) ?? this.#ianaZone(parts.slice(-3).join('/'));
  }

  /** An area with a city, as the database writes it. What is called `Etc` is an offset, and says nothing of clocks. */
  #ianaZone(id: string): string | undefined {
    if (!areaAndCity.test(id) || /^Etc\//i.test(id)) return undefined;
    const same = this.#supported.get(id.toLowerCase());
    if (same !== undefined) return same;
    try {
      Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(id);
      return id;
    } catch {
      return undefined;
    }
  }
}
