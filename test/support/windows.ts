import type { Window, WindowTimes } from '../../core/calendar/window.js';

/** A freeze for deploying at some times, with what a test changes of it. */
export function windowOf(times: WindowTimes, change: Partial<Window> = {}): Window {
  return { name: 'w', kind: 'FREEZE', reason: 'rest', actions: ['DEPLOY'], inFlight: 'FINISH', ...times, ...change };
}

/** Zones whose clocks do something special: half an hour, a day left out, two changes a year, none. */
export const zones = [
  ...['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'],
  ...['Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'],
] as const;

/** As ISO 8601, so that a failure can be read. */
export function iso(instant: number | Date | undefined): string | undefined {
  return instant === undefined ? undefined : new Date(instant).toISOString();
}
