import { type Clock, WindowClock } from '../calendar/clock.js';
import type { FeedEvent } from '../calendar/ical/feed-event.js';
import { spansBetween } from '../calendar/spans.js';
import { dayMs } from '../calendar/wall-clock.js';
import { type CalendarSources, type DatedRestriction, entriesBesideWindows } from './calendar.js';
import type { CalendarEntry } from './calendar-entry.js';
import { scopeOf } from './model.js';

/** How far back and ahead a feed shows what is there, in days; windows that come back do so without an end. */
const shown = { back: 31, ahead: 400 } as const;

/** As many events as a feed has at most. */
const maxEvents = 1_000;

/** What it remembers of a window depends on the window alone. */
const sharedClock = new WindowClock();

/**
 * The events of a feed. Each has the same id for as long as it is there: what has ended or been taken away is in it no more.
 *
 * @param tenant whose they are, so that ids of two tenants are never the same
 */
export function feedEventsOf(
  sources: CalendarSources,
  tenant: string,
  now: Date,
  clock: Clock = sharedClock,
): readonly FeedEvent[] {
  const [from, to] = [new Date(now.getTime() - shown.back * dayMs), new Date(now.getTime() + shown.ahead * dayMs)];
  const windows: FeedEvent[] = [];
  for (const one of sources.restrictions) {
    const event = eventOfWindow(one, tenant, clock, from, to);
    if (event !== undefined) windows.push(event);
    if (windows.length >= maxEvents) return windows;
  }
  const others = entriesBesideWindows(sources, from, to).flatMap((entry) => eventOf(entry, tenant, now) ?? []);
  return [...windows, ...others].slice(0, maxEvents);
}

function eventOfWindow(
  { restriction, changedBy, revision, changedAt }: DatedRestriction,
  tenant: string,
  clock: Clock,
  from: Date,
  to: Date,
): FeedEvent | undefined {
  if (restriction.kind !== 'window') return undefined;
  const { spec, name } = restriction;
  if (spansBetween(spec, from, to, 1, clock).spans.length === 0) return undefined;
  const { zone, begins, ends, lasts, recurrence, except } = spec;
  const invokers = spec.invokers === undefined ? '' : ` For ${spec.invokers.join(', ')} alone.`;
  const isFreeze = spec.kind === 'FREEZE';
  return {
    uid: uidOf(['window', name], tenant),
    summary: `${isFreeze ? 'Freeze' : 'Change window'}: ${spec.reason}`,
    description: `Window ${name} of ${changedBy}, ${scopeInWords(scopeOf(restriction))}.${invokers}`,
    category: isFreeze ? 'FREEZE' : 'CHANGE-WINDOW',
    times: {
      ...{ zone, begins },
      ...(ends !== undefined && { ends }),
      ...(lasts !== undefined && { lasts }),
      ...(recurrence !== undefined && { recurrence }),
      ...(except !== undefined && { except }),
    },
    ...{ status: 'CONFIRMED', sequence: revision, changedAt },
  };
}

/** What is no window. Timeboxes say nothing of releases, and are left out. */
function eventOf(entry: CalendarEntry, tenant: string, now: Date): FeedEvent | undefined {
  const { kind, name, key = '', gate = '', title, owner, from, to = from, revision, changedAt } = entry;
  const said = { sequence: revision, changedAt, status: 'CONFIRMED' } as const;
  const description = [owner && `Of ${owner}`, scopeInWords(entry)].filter(Boolean).join(', ');
  switch (kind) {
    case 'HOLD':
      return {
        ...{ uid: uidOf(['hold', name, key], tenant), summary: `Hold, until it is lifted: ${title}`, category: 'HOLD' },
        description: `${description}. It has no end: lane resume --hold ${key}`,
        ...heldTimes(from, changedAt, now),
        status: 'CONFIRMED',
      };
    case 'MILESTONE':
      return {
        ...{ uid: uidOf(['milestone', name, key], tenant), summary: `Milestone: ${title}`, category: 'MILESTONE' },
        ...{ description: `${description}, of ${name}`, times: { day: from.toISOString().slice(0, 10) } },
        ...said,
      };
    case 'SCHEDULED':
      return {
        ...{ uid: uidOf(['scheduled', key], tenant), summary: `${name}: ${title}`, category: 'SCHEDULED' },
        ...{ description, times: { from, to }, ...said },
      };
    case 'SOAK':
      return {
        ...{ uid: uidOf(['soak', key, gate], tenant), summary: `${name}: ${title}`, category: 'SOAK' },
        ...{ description, times: { from, to }, ...said },
      };
    default:
      return undefined;
  }
}

/**
 * A calendar shows nothing that has no end: a hold is there until the end of tomorrow, each day anew, and its number grows with
 * that, so that no calendar keeps the older one.
 */
function heldTimes(from: Date, changedAt: Date, now: Date): Pick<FeedEvent, 'times' | 'sequence' | 'changedAt'> {
  const day = Math.floor(Math.max(now.getTime(), from.getTime()) / dayMs);
  const begun = new Date(day * dayMs);
  return {
    times: { from, to: new Date((day + 2) * dayMs) },
    sequence: day - Math.floor(from.getTime() / dayMs),
    changedAt: begun > changedAt ? begun : changedAt,
  };
}

function uidOf(parts: readonly string[], tenant: string): string {
  return `${parts.join('-')}@${tenant}.lanekeeper`;
}

function scopeInWords({ products, lanes }: Pick<CalendarEntry, 'products' | 'lanes'>): string {
  return `${lanes?.join(', ') ?? 'every lane'} of ${products?.join(', ') ?? 'every product'}`;
}
