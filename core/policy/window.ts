import { Temporal } from 'temporal-polyfill';
import type { WeekDay, WindowRule } from './demands.js';

/** Whether a window is open at an instant. */
export interface WindowStatus {
  readonly open: boolean;
  /** Why it is closed, if its rule says. */
  readonly reason?: string;
  /** RFC 3339: when it opens or closes next; absent where it never does. */
  readonly until?: string;
}

const weekDays: readonly WeekDay[] = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/** No window of any use is closed, or open, for longer. */
const maxDays = 400;

/**
 * Whether a window is open, and until when. Times of day are those of its zone: where clocks are set forward over one, it
 * is the first instant after the gap; where they are set back, the earlier of two (RFC 5545, section 3.3.5).
 */
export function windowAt(rule: WindowRule, now: Date): WindowStatus {
  const at = now.getTime();
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(rule.zone).toPlainDate();
  let status: Omit<WindowStatus, 'until'> | undefined;
  for (let offset = 0; offset <= maxDays; offset += 1) {
    for (const stretch of stretchesOf(rule, today.add({ days: offset }))) {
      if (stretch.to <= at) continue;
      if (status === undefined) status = { open: stretch.open, ...(stretch.reason !== undefined && stretch) };
      else if (stretch.open !== status.open) return statusOf(status, stretch.from);
    }
  }
  return statusOf(status ?? { open: false }, undefined);
}

function statusOf({ open, reason }: Omit<WindowStatus, 'until'>, until: number | undefined): WindowStatus {
  return {
    open,
    ...(!open && reason !== undefined && { reason }),
    ...(until !== undefined && { until: new Date(until).toISOString() }),
  };
}

/** A part of a day in which a window does not change; epoch milliseconds, half-open. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  readonly reason?: string;
}

function stretchesOf({ zone, open, closed = [] }: WindowRule, day: Temporal.PlainDate): readonly Stretch[] {
  const from = instantOf(day, '00:00', zone);
  const to = instantOf(day, '24:00', zone);
  const date = day.toString();
  const period = closed.find((one) => one.from <= date && date < one.to);
  if (period !== undefined)
    return [{ from, to, open: false, ...(period.reason !== undefined && { reason: period.reason }) }];
  if (open === undefined) return [{ from, to, open: true }];
  const weekDay = weekDays[day.dayOfWeek - 1];
  const spans = open
    .filter(({ days }) => days === undefined || days.some((one) => one === weekDay))
    .map((span) => ({ from: instantOf(day, span.from, zone), to: instantOf(day, span.to, zone) }))
    .sort((a, b) => a.from - b.from);
  const stretches: Stretch[] = [];
  let reached = from;
  for (const span of spans) {
    if (span.from > reached) stretches.push({ from: reached, to: span.from, open: false });
    if (span.to > reached) stretches.push({ from: Math.max(span.from, reached), to: span.to, open: true });
    reached = Math.max(reached, span.to);
  }
  if (reached < to) stretches.push({ from: reached, to, open: false });
  return stretches;
}

function instantOf(day: Temporal.PlainDate, time: string, timeZone: string): number {
  const [date, plainTime] = time === '24:00' ? [day.add({ days: 1 }), '00:00'] : [day, time];
  return date.toZonedDateTime({ timeZone, plainTime }).epochMilliseconds;
}
