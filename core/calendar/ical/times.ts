import { Temporal } from 'temporal-polyfill';

/** A value that cannot be read; the message says why, after the name of the property that has it. */
export class Unreadable extends Error {}

/** A DATE or DATE-TIME (RFC 5545, sections 3.3.4 and 3.3.5). */
export type CalendarTime =
  | { readonly type: 'day'; readonly date: Temporal.PlainDate }
  /** Without a zone; the name of the property has it, or nobody. */
  | { readonly type: 'wall'; readonly time: Temporal.PlainDateTime }
  | { readonly type: 'instant'; readonly time: Temporal.PlainDateTime };

const written = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?$/;

/** @throws Unreadable */
export function readTime(value: string): CalendarTime {
  const [, year, month, day, hour, minute, second, utc] = written.exec(value.trim()) ?? [];
  const date = `${year ?? ''}-${month ?? ''}-${day ?? ''}`;
  try {
    if (hour === undefined) return { type: 'day', date: Temporal.PlainDate.from(date) };
    // Temporal reads a leap second as the one before it: no clock of ours shows it.
    const time = Temporal.PlainDateTime.from(`${date}T${hour}:${minute ?? ''}:${second ?? ''}`);
    return { type: utc === 'Z' ? 'instant' : 'wall', time };
  } catch {
    throw new Unreadable(`${quoted(value)} is no time of the calendar; expected 20261218T180000 or 20261218`);
  }
}

const duration =
  /^\+?P(?=\d|T\d)(?:(\d{1,4})W)?(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?$/;

/** A duration in its shortest form, in the same units; a window lasts as long. @throws Unreadable */
export function readDuration(value: string): string {
  const parts = duration.exec(value.trim());
  if (parts === null) throw new Unreadable(`${quoted(value)} is no duration; expected PT8H or P2D`);
  const text = (from: number, units: string): string =>
    Array.from(units, (unit, index) => [Number(parts[from + index] ?? 0), unit] as const)
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count}${unit}`)
      .join('');
  const [days, time] = [text(1, 'WD'), text(3, 'HMS')];
  if (days === '' && time === '') throw new Unreadable(`${quoted(value)} is no time at all`);
  return `P${days}${time === '' ? '' : `T${time}`}`;
}

/** `2026-12-18T18:00`, with seconds where there are any. */
export function writtenTime(time: Temporal.PlainDateTime): string {
  return time.toString({ smallestUnit: time.second === 0 ? 'minute' : 'second' });
}

/** A text of others in a message: short, and in quotes. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
