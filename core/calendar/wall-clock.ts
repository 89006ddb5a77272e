import { Temporal } from 'temporal-polyfill';

/**
 * Times on the wall of a zone, as milliseconds of epoch as if the zone were UTC. They can be added and compared like times
 * of a clock that is never set; only {@link WallClock} knows when that was.
 */
export type WallTime = number;

export const dayMs = 86_400_000;

/**
 * By how much clocks are set at most, in milliseconds: Apia left out a whole day in 2011. Instants are in the order of
 * their times on the wall where those are further apart than this.
 */
export const mostSetMs = 25 * 3_600_000;

/** The clock on the wall of a zone. */
export class WallClock {
  readonly #zone: string;

  /** @throws RangeError for what is no zone */
  constructor(zone: string) {
    // Asked once, so that a wrong zone is found here.
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    this.#zone = zone;
  }

  /** What the clock shows at an instant, in milliseconds of epoch. */
  timeAt(instant: number): WallTime {
    if (this.#zone === 'UTC') return instant;
    const { offsetNanoseconds } = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(this.#zone);
    return instant + offsetNanoseconds / 1e6;
  }

  /**
   * The instant at which the clock shows a time. Where clocks are set forward over it, it is as much later as they are
   * set; where they are set back, it is the earlier of two (RFC 5545, section 3.3.5; `compatible` in Temporal).
   */
  instantOf(time: WallTime): number {
    if (this.#zone === 'UTC') return time;
    const plain = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO('UTC').toPlainDateTime();
    return plain.toZonedDateTime(this.#zone, { disambiguation: 'compatible' }).epochMilliseconds;
  }
}

/** Reads `2026-12-18T18:00`. @throws RangeError for a time that no calendar has */
export function wallTimeOf(text: string): WallTime {
  return Temporal.PlainDateTime.from(text).toZonedDateTime('UTC').epochMilliseconds;
}

/** `2026-12-18`, of a time on the wall. */
export function dayOf(time: WallTime): string {
  return new Date(time).toISOString().slice(0, 10);
}
