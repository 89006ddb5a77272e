import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { PageSettings } from './settings.js';

/** By how much the server's clock is ahead of this one, in milliseconds. Decisions and countdowns go by the server's. */
let aheadMs = 0;

/** Learns the server's clock from an answer. */
export function learnClock(serverNow: Date): void {
  aheadMs = serverNow.getTime() - Date.now();
}

/** The server's clock, as far as it is known. */
export function serverNow(): Date {
  return new Date(Date.now() + aheadMs);
}

/** By how much the clock of this browser is wrong, in milliseconds. */
export function clockErrorMs(): number {
  return -aheadMs;
}

const NowContext = createContext<Date>(new Date(0));

/** Lets everything below it show the time that has passed, once a second. */
export function ClockProvider({ children }: { readonly children: ReactNode }) {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return <NowContext value={now}>{children}</NowContext>;
}

/** The server's clock, as of the last second. */
export function useNow(): Date {
  return useContext(NowContext);
}

/** An instant in full, in local time or UTC as the person has chosen. */
export function fullTime(at: Date, zone: PageSettings['zone']): string {
  if (zone === 'utc') return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ');
  const offset = -at.getTimezoneOffset();
  const sign = offset < 0 ? '−' : '+';
  const hours = String(Math.floor(Math.abs(offset) / 60)).padStart(2, '0');
  return `${local} UTC${sign}${hours}:${String(Math.abs(offset) % 60).padStart(2, '0')}`;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Thu 24 Dec 2026, 00:00`, by the clock of the reader. */
export function dayAndTime(at: Date, zone: PageSettings['zone']): string {
  const here = zone === 'utc' ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return `${dayInWords(here)}, ${here.toISOString().slice(11, 16)}`;
}

/** `Thu 24 Dec 2026`, of the day that it is in UTC. */
export function dayInWords(day: Date): string {
  const [weekday, month] = [weekdays[day.getUTCDay()] ?? '', months[day.getUTCMonth()] ?? ''];
  return `${weekday} ${String(day.getUTCDate())} ${month} ${String(day.getUTCFullYear())}`;
}

/** The zone in which the reader is shown times: `Europe/Berlin`, or `UTC`. */
export function readersZone(zone: PageSettings['zone']): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** What the clock of another zone shows; empty where it shows the same, or where this browser does not know the zone. */
export function timeElsewhere(at: Date, there: string, zone: PageSettings['zone']): string {
  if (there === '') return '';
  try {
    const options = { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    const [elsewhere, here] = [there, readersZone(zone)].map((timeZone) =>
      new Intl.DateTimeFormat('en-GB', { ...options, timeZone }).format(at),
    );
    return elsewhere === here ? '' : (elsewhere ?? '');
  } catch {
    return '';
  }
}

/** A span of time in words with two units at most, such as `3 h 12 min` or `240 ms`. */
export function spanOf(ms: number): string {
  if (ms < 950) return `${String(Math.max(0, Math.round(ms)))} ms`;
  const seconds = Math.round(ms / 1_000);
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0 s';
  const [name, size] = units[first] ?? units[3];
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[1]);
  const head = `${String(Math.floor(seconds / size))} ${name}`;
  return next === undefined || rest === 0 ? head : `${head} ${String(rest)} ${next[0]}`;
}
