import { type Clock, WindowClock } from '../calendar/clock.js';
import { spansBetween } from '../calendar/spans.js';
import { dayMs } from '../calendar/wall-clock.js';
import type { NamedTransformation } from '../transformation/model.js';
import type { RestrictionInForce } from './closed.js';
import { scopeOf } from './model.js';
import type { CalendarEntry } from './calendar-entry.js';
import { entriesOfWaiting, type WaitingPromotion } from './waiting.js';

/** How often something has been changed, and when last. */
interface Changed {
  readonly revision: number;
  readonly changedAt: Date;
}

/** A restriction, and when it was put. */
export type DatedRestriction = RestrictionInForce & Changed;

/** A transformation, and who has put it. */
export interface TransformationInForce extends NamedTransformation, Changed {
  readonly changedBy: string;
}

/** What a calendar is made of. */
export interface CalendarSources {
  readonly restrictions: readonly DatedRestriction[];
  readonly transformations: readonly TransformationInForce[];
  readonly waiting: readonly WaitingPromotion[];
}

/** What there is between two instants. */
export interface Calendar {
  /** By their begin. */
  readonly entries: readonly CalendarEntry[];
  /** Whether there are more; then they begin no earlier than the last of these. */
  readonly more: boolean;
}

/** What it remembers of a window depends on the window alone. */
const sharedClock = new WindowClock();

/**
 * What there is between two instants, as far as it is known beforehand.
 *
 * @param most how many entries at most
 */
export function calendarOf(
  sources: CalendarSources,
  from: Date,
  to: Date,
  most: number,
  clock: Clock = sharedClock,
): Calendar {
  const known = entriesBesideWindows(sources, from, to);
  let found: readonly CalendarEntry[] = known.slice(0, most);
  let [end, more] = [to, known.length > most];
  for (const one of sources.restrictions) {
    const windows = entriesOfWindow(one, from, end, most, clock);
    const sorted = [...found, ...windows.entries].sort(inOrder);
    found = sorted.slice(0, most);
    more ||= windows.more || sorted.length > most;
    // Whatever begins later has no place any more: many windows that come back often cost little more than one.
    const last = found.at(-1);
    if (found.length === most && last !== undefined && last.from < end) end = new Date(last.from.getTime() + 1);
  }
  return { entries: found, more };
}

/** The same without windows, which may come back. */
export function entriesBesideWindows(
  { restrictions, transformations, waiting }: CalendarSources,
  from: Date,
  to: Date,
): readonly CalendarEntry[] {
  const isIn = (entry: CalendarEntry): boolean =>
    entry.from < to && (entry.to === undefined || entry.to > from || entry.from >= from);
  return [
    ...restrictions.flatMap(entriesOfHolds),
    ...transformations.flatMap(entriesOfTransformation),
    ...waiting.flatMap(entriesOfWaiting),
  ]
    .filter(isIn)
    .sort(inOrder);
}

/** By their begin, then by name, so that the order is the same each time. */
function inOrder(a: CalendarEntry, b: CalendarEntry): number {
  const byBegin = a.from.getTime() - b.from.getTime();
  if (byBegin !== 0) return byBegin;
  const [one, other] = [a, b].map(({ kind, name, key = '', gate = '' }) => `${kind} ${name} ${key} ${gate}`) as [
    string,
    string,
  ];
  return one < other ? -1 : one > other ? 1 : 0;
}

function entriesOfWindow(
  { restriction, changedBy, revision, changedAt }: DatedRestriction,
  from: Date,
  to: Date,
  most: number,
  clock: Clock,
): Calendar {
  if (restriction.kind !== 'window' || to <= from) return { entries: [], more: false };
  const { spec, name } = restriction;
  const { spans, more } = spansBetween(spec, from, to, most, clock);
  return {
    entries: spans.map((span) => ({
      ...{ kind: spec.kind, name, title: spec.reason, owner: changedBy, actions: spec.actions, isAllDay: false },
      ...{ revision, changedAt, ...(spec.invokers !== undefined && { invokers: spec.invokers }) },
      ...scopeOf(restriction),
      ...span,
    })),
    more,
  };
}

function entriesOfHolds({ restriction, revision, changedAt }: DatedRestriction): readonly CalendarEntry[] {
  if (restriction.kind !== 'hold') return [];
  return restriction.spec.holds.map(({ id, by, since, reason, stops }) => ({
    ...{ kind: 'HOLD', name: restriction.name, key: id, title: reason, owner: by, actions: stops, isAllDay: false },
    ...scopeOf(restriction),
    ...{ from: new Date(since), revision, changedAt },
  }));
}

function entriesOfTransformation(transformation: TransformationInForce): readonly CalendarEntry[] {
  const { name, spec, changedBy, revision, changedAt } = transformation;
  const said = { name, owner: changedBy, products: spec.products, actions: [], isAllDay: true, revision, changedAt };
  return [
    ...spec.milestones.flatMap(({ key, title, readiness, due }) =>
      daysFrom(due, due).map(
        (days) => ({ ...said, kind: 'MILESTONE', key, title: title || key, readiness, ...days }) as const,
      ),
    ),
    ...spec.timeboxes.flatMap(({ id, title, starts, ends }) =>
      daysFrom(starts || ends, ends || starts).map(
        (days) => ({ ...said, kind: 'TIMEBOX', key: id, title: title || id, ...days }) as const,
      ),
    ),
  ];
}

/** Dates of transformations are any digits; what is no day, or none that an instant of the contracts can be in, is left out. */
const years = { first: Date.UTC(1970, 0, 1), last: Date.UTC(9999, 0, 1) } as const;

/** From the beginning of one day to the end of another, as if every zone were UTC; none where there are no such days. */
function daysFrom(first: string, last: string): readonly { readonly from: Date; readonly to: Date }[] {
  const [from, to] = [Date.parse(`${first}T00:00:00Z`), Date.parse(`${last}T00:00:00Z`) + dayMs];
  const isKnown = from >= years.first && to <= years.last && from < to;
  return isKnown ? [{ from: new Date(from), to: new Date(to) }] : [];
}
