import { nearest } from '../did-you-mean.js';
import { WallClock } from './wall-clock.js';

/** `+01:00`, and `Etc/GMT-2` and the like, which are offsets, too, with the sign turned around. */
const offset = /^(?:[-+\d]|(?:Etc\/)?(?:GMT|UCT|Zulu|Universal|Greenwich|UTC)(?:[-+]?\d{1,2})?$)/i;

/**
 * Why a text names no zone whose clocks are known; undefined for one that does. Offsets and abbreviations say nothing
 * about when clocks are set, and some abbreviations mean several zones.
 */
export function problemOfZone(zone: string): string | undefined {
  if (zone === 'UTC') return undefined;
  if (offset.test(zone))
    return `${quoted(zone)} is an offset, which does not say when clocks are set; expected UTC, or a zone such as Europe/Berlin`;
  const zones = Intl.supportedValuesOf('timeZone');
  const same = zones.find((one) => one.toLowerCase() === zone.toLowerCase());
  if (same === undefined ? zone.includes('/') && isZone(zone) : same === zone) return undefined;
  const city = zones.find((one) => one.toLowerCase().endsWith(`/${zone.toLowerCase()}`));
  const meant = same ?? city ?? (zone.includes('/') ? nearest(zone, zones) : undefined);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `${quoted(zone)} is no zone of the IANA database by area and city, such as Europe/Berlin${hint}`;
}

function isZone(text: string): boolean {
  try {
    return new WallClock(text) instanceof WallClock;
  } catch {
    return false;
  }
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
