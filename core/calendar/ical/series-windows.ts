import type { Window } from '../window.js';
import { type CalendarEvent, nameForPeople } from './event.js';
import { instantOf, type Moment, Moments } from './moments.js';
import { nameOf } from './names.js';
import type { Property } from './property.js';
import { datesOf, LeftOut, SingleTimes } from './left-out.js';
import { readRule } from './rule.js';
import { readPeriod, readSpan, type Span, timesOf } from './span.js';
import { type CalendarOptions, ownProduct, type Skipped } from './terms.js';
import { quoted, Unreadable } from './times.js';
import type { Zones } from './zones.js';

/** A window, and where the event stands of which it is. */
export interface Made {
  readonly line: number;
  /** The event, for people. */
  readonly what: string;
  readonly window: Window;
}

interface SeriesTerms extends Omit<CalendarOptions, 'zone'> {
  readonly zones: Zones;
  /** In which zone times and days are that name none. */
  readonly zone: string | undefined;
}

/** A change of one time of a series. */
interface Change {
  readonly event: CalendarEvent;
  /** The time that it changes. */
  readonly moment: Moment;
  /** Absent where that time is cancelled. */
  readonly span?: Span;
}

const untold = 'an event of a calendar that does not say what it is about';

/**
 * The windows of an event, the changes of single times of it, and what of them is skipped.
 *
 * @param events of the same id, the newest version of each
 */
export function windowsOfSeries(events: readonly CalendarEvent[], terms: SeriesTerms): readonly (Made | Skipped)[] {
  const series = events.find((event) => event.get('RECURRENCE-ID') === undefined);
  const others = events.filter((event) => event !== series);
  if (series?.isCancelled === true)
    return [skip(series, 'it is cancelled'), ...others.map((event) => skip(event, 'its series is cancelled'))];
  const read = others.map((event) => unlessUnreadable(event, () => changeOf(event, terms)));
  const changes = read.filter((one) => 'moment' in one);
  const ofSeries =
    series === undefined ? [] : unlessUnreadable(series, () => [...windowsOfOne(series, changes, terms)]);
  return [
    ...(Array.isArray(ofSeries) ? ofSeries : [ofSeries]),
    ...read.flatMap((one) => ('moment' in one ? windowsOfChange(one, series, terms) : [one])),
  ];
}

function* windowsOfOne(
  event: CalendarEvent,
  changes: readonly Change[],
  terms: SeriesTerms,
): Generator<Made | Skipped> {
  checkOwn(event);
  const moments = momentsOf(event, terms);
  const span = spanOf(event, moments);
  const recurrence = ruleOf(event, span.begin);
  const leftOut = new LeftOut(span.begin);
  const added = addedTimes(event, moments, span);
  const single = new SingleTimes([span, ...added]);
  const leaveOut = (moment: Moment): boolean =>
    [single.takeOut(moment), recurrence !== undefined && leftOut.add(moment)].includes(true);
  const missed = datesOf(event.all('EXDATE')).filter((date) => !leaveOut(moments.of(date)));
  if (missed[0] !== undefined)
    yield {
      ...{ line: missed[0].line, what: `of the times that ${nameForPeople(event)} leaves out, ${missed.length}` },
      why: `it does not begin at ${quoted(missed[0].value)}${missed.length > 1 ? ' and the like' : ''} anyway`,
    };
  for (const { moment } of changes) leaveOut(moment);
  const except = leftOut.days();
  const times = { ...timesOf(span), ...(recurrence !== undefined && { recurrence }) };
  const name = nameOf(terms.prefix, event.id);
  if (recurrence !== undefined || single.has(span))
    yield made(event, { name, ...times, ...(except.length > 0 && { except }) }, terms);
  for (const one of added)
    if (single.has(one)) yield made(event, { name: nameOfTime(event, one.begin, terms), ...timesOf(one) }, terms);
}

function windowsOfChange(
  { event, moment, span }: Change,
  series: CalendarEvent | undefined,
  terms: SeriesTerms,
): readonly (Made | Skipped)[] {
  // Of a series that is there, it leaves out a time, and nothing is lost.
  if (span === undefined) return series === undefined ? [skip(event, 'this time of it is cancelled')] : [];
  return [made(event, { name: nameOfTime(event, moment, terms), ...timesOf(span) }, terms)];
}

/** @throws Unreadable; then the series keeps the time that it would change */
function changeOf(event: CalendarEvent, terms: SeriesTerms): Change {
  checkOwn(event);
  const moments = momentsOf(event, terms);
  const property = propertyOf(event, 'RECURRENCE-ID');
  if (property === undefined) throw new Unreadable('it has no RECURRENCE-ID');
  if (property.parameters.has('RANGE'))
    throw new Unreadable('it changes all later times of its series, too; write those as a series of their own');
  const moment = moments.of(property);
  return event.isCancelled ? { event, moment } : { event, moment, span: spanOf(event, moments) };
}

/** Our own calendar shows more than windows. */
function checkOwn({ calendar, categories }: CalendarEvent): void {
  const isWindow = categories.has('FREEZE') || categories.has('CHANGE-WINDOW');
  if (calendar.product === ownProduct && !isWindow)
    throw new Unreadable('the calendar is one of Lanekeeper, and this is no window in it');
}

function momentsOf({ calendar }: CalendarEvent, { zones, zone }: SeriesTerms): Moments {
  return new Moments({ zones, zone, locations: calendar.locations, calendarZone: calendar.zone });
}

function spanOf(event: CalendarEvent, moments: Moments): Span {
  const start = propertyOf(event, 'DTSTART');
  if (start === undefined) throw new Unreadable('it has no DTSTART that can be read');
  return readSpan({ start, end: propertyOf(event, 'DTEND'), duration: propertyOf(event, 'DURATION') }, moments);
}

function ruleOf(event: CalendarEvent, begin: Moment): string | undefined {
  if (event.get('EXRULE') !== undefined)
    throw new Unreadable('it has an EXRULE, which RFC 5545 has done away with; write EXDATE');
  const rule = propertyOf(event, 'RRULE');
  return rule === undefined ? undefined : readRule(rule, begin);
}

/** Times besides its rule, which are as long as the others unless they say how long. */
function addedTimes(event: CalendarEvent, moments: Moments, { begin, length }: Span): readonly Span[] {
  const spans = datesOf(event.all('RDATE')).map((date) =>
    date.value.includes('/') ? readPeriod(date, moments) : { begin: moments.of(date), length },
  );
  if (spans.length === 0) return [];
  const first = instantOf(begin);
  return spans.filter((one) => instantOf(one.begin) !== first);
}

function nameOfTime(event: CalendarEvent, { wall, isDay }: Moment, { prefix }: SeriesTerms): string {
  const text = wall.toString({ smallestUnit: 'minute' }).replaceAll(/[-:]/g, '').toLowerCase();
  return nameOf(prefix, event.id, `-${isDay ? text.slice(0, 8) : text}`);
}

type Timed = Omit<Window, 'kind' | 'reason' | 'actions' | 'inFlight'>;

function made(event: CalendarEvent, times: Timed, terms: SeriesTerms): Made {
  const { products, lanes, actions, invokers, inFlight } = terms;
  const { categories, summary, line } = event;
  const kind = categories.has('FREEZE') ? 'FREEZE' : categories.has('CHANGE-WINDOW') ? 'CHANGE' : terms.kind;
  const window = {
    ...{ ...times, kind, reason: summary ?? untold, actions, inFlight },
    ...(products !== undefined && { products }),
    ...(lanes !== undefined && { lanes }),
    ...(invokers !== undefined && { invokers }),
  };
  return { line, what: nameForPeople(event), window };
}

/** @throws Unreadable for a second one: which of them counts is anybody's guess */
function propertyOf(event: CalendarEvent, name: string): Property | undefined {
  const [first, ...others] = event.all(name);
  if (others.length > 0) throw new Unreadable(`it has ${name} more than once`);
  return first;
}

function unlessUnreadable<T>(event: CalendarEvent, read: () => T): T | Skipped {
  try {
    return read();
  } catch (error) {
    if (error instanceof Unreadable) return skip(event, error.message);
    throw error;
  }
}

function skip(event: CalendarEvent, why: string): Skipped {
  return { line: event.line, what: nameForPeople(event), why };
}
