import type { CalendarOptions } from '../../core/calendar/ical/terms.js';
import { readCalendar } from '../../core/calendar/ical/read-calendar.js';
import type { Window } from '../../core/calendar/window.js';

/** What a company would say of its calendar. */
export const options: CalendarOptions = {
  ...{ kind: 'FREEZE', prefix: '', zone: 'Europe/Berlin', actions: ['DEPLOY'], inFlight: 'FINISH' },
};

/** A calendar with some lines. */
export function calendarOf(...lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//example.com//EN', ...lines, 'END:VCALENDAR', ''].join('\r\n');
}

/** The lines of an event. */
export function eventOf(...lines: readonly string[]): readonly string[] {
  return ['BEGIN:VEVENT', ...lines, 'END:VEVENT'];
}

/** What is read of a calendar with one event, which is called `freeze` unless it says something else. */
export function readEvent(lines: readonly string[], terms: Partial<CalendarOptions> = {}) {
  const named = lines.some((line) => line.startsWith('UID')) ? lines : ['UID:freeze', ...lines];
  return readCalendar(calendarOf(...eventOf(...named)), { ...options, ...terms });
}

/** When the only window is that an event brings. */
export function timesOfEvent(...lines: readonly string[]): Partial<Window> {
  const { windows, skipped } = readEvent(lines);
  if (windows.length !== 1) throw new Error(`${windows.length} windows, ${JSON.stringify(skipped)}`);
  const { zone, begins, ends, lasts, recurrence, except } = windows[0]!;
  return Object.fromEntries(
    Object.entries({ zone, begins, ends, lasts, recurrence, except }).filter(([, value]) => value !== undefined),
  );
}

/** Why the only event is skipped. */
export function whySkipped(...lines: readonly string[]): string {
  const { windows, skipped } = readEvent(lines);
  if (windows.length !== 0 || skipped.length !== 1)
    throw new Error(`${windows.length} windows, ${skipped.length} skipped`);
  return skipped[0]!.why;
}
