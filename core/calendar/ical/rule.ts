import { inZone, instantOf, type Moment } from './moments.js';
import type { Property } from './property.js';
import { quoted, readTime, Unreadable } from './times.js';

const rulePattern = /^[A-Z]+=[A-Z0-9,+-]+(?:;[A-Z]+=[A-Z0-9,+-]+)*$/;
const often = /(?:^|;)FREQ=(?:SECONDLY|MINUTELY|HOURLY)(?:;|$)/;

/**
 * A rule in the form of windows: the last begin is one of the clock on the wall, or a day, and the time of the day is that of
 * the first begin.
 *
 * @throws Unreadable for what is no rule, and for one that comes back more often than windows do
 */
export function readRule({ value }: Property, { zone, wall }: Pick<Moment, 'zone' | 'wall'>): string {
  const rule = value.slice(0, 400).trim().toUpperCase().replace(/;$/, '');
  if (rule.length > 300 || !rulePattern.test(rule))
    throw new Unreadable(`RRULE: ${quoted(rule)} is no rule that is read`);
  if (often.test(rule))
    throw new Unreadable('RRULE: it comes back too often for a window; expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY');
  const ofBegin = [`BYHOUR=${wall.hour}`, `BYMINUTE=${wall.minute}`, `BYSECOND=${wall.second}`];
  const parts = rule.split(';').filter((part) => !ofBegin.includes(part));
  const time = parts.find((part) => /^BY(?:HOUR|MINUTE|SECOND)=/.test(part));
  if (time !== undefined)
    throw new Unreadable(`RRULE: it begins at other times of the day, too (${quoted(time)}); write one event for each`);
  return parts.join(';').replace(/(?<=(?:^|;)UNTIL=)[^;]*/, (until) => lastOnWall(until, zone));
}

/** `20261231T225959Z` is the whole of 31 December in Berlin. A time that comes twice stays an instant. */
function lastOnWall(until: string, zone: string): string {
  const last = readUntil(until);
  if (last.type === 'day') return until;
  const written = { wall: last.time, zone: last.type === 'instant' ? 'UTC' : zone };
  const wall = inZone(written, zone);
  if (last.type === 'instant' && instantOf({ wall, zone }) !== instantOf(written)) return until;
  const text = wall.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
  return text.endsWith('T235959') ? text.slice(0, 8) : text;
}

function readUntil(until: string) {
  try {
    return readTime(until);
  } catch (error) {
    throw error instanceof Unreadable ? new Unreadable(`RRULE: UNTIL ${error.message}`) : error;
  }
}
