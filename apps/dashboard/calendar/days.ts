/** By which clock days begin: that of the reader, or UTC. */
type Zone = 'local' | 'utc';

/** A day by the clock of the reader; it has 23 or 25 hours when clocks are set. */
export interface Day {
  /** `2026-12-24`. */
  readonly date: string;
  readonly from: Date;
  readonly to: Date;
}

/** Something that is there for a time; without an end until somebody ends it. */
export interface Spanning {
  readonly from: Date;
  readonly to?: Date;
  /** Whether it is about days, whatever the zone: then its instants are midnights in UTC. */
  readonly isAllDay: boolean;
}

const dayMs = 86_400_000;

/** The day of an instant, by the clock of the reader. */
export function dateOf(at: Date, zone: Zone): string {
  const here = zone === 'utc' ? at : new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return here.toISOString().slice(0, 10);
}

/** When a day begins by the clock of the reader. */
function beginOf(date: string, zone: Zone): Date {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return zone === 'utc' ? new Date(Date.UTC(year, month - 1, day)) : new Date(year, month - 1, day);
}

function dateAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

/** A month from an address, `2026-12`; the one of `today` if it is none. */
export function monthFrom(text: string, today: string): string {
  return /^20\d\d-(0[1-9]|1[0-2])$/.test(text) ? text : today.slice(0, 7);
}

/** The month so many months later. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

/** The weeks of a month, from Monday to Sunday, with the days of its neighbours that are in them. */
export function weeksOf(month: string, zone: Zone): readonly (readonly Day[])[] {
  const first = `${month}-01`;
  const weekday = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const afterLast = `${monthAfter(month, 1)}-01`;
  const weeks: Day[][] = [];
  for (let monday = dateAfter(first, -weekday); monday < afterLast; monday = dateAfter(monday, 7))
    weeks.push(
      Array.from({ length: 7 }, (_, index) => {
        const date = dateAfter(monday, index);
        return { date, from: beginOf(date, zone), to: beginOf(dateAfter(date, 1), zone) };
      }),
    );
  return weeks;
}

/** Whether something is there on a day. What has no end stays until somebody ends it; an instant is there on its day. */
export function isOn({ from, to, isAllDay }: Spanning, day: Day): boolean {
  if (isAllDay) return isoDay(from) <= day.date && day.date < isoDay(to ?? from);
  return from < day.to && (to === undefined || day.from < to || day.from <= from);
}

/** Whether something begins on a day. */
export function beginsOn({ from, isAllDay }: Spanning, day: Day): boolean {
  return isAllDay ? isoDay(from) === day.date : day.from <= from && from < day.to;
}

function isoDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/**
 * What is there in a week, so that each has its place in every day of it: of each day, what is in its first, second … place.
 */
export function placesOf<Entry extends Spanning>(
  week: readonly Day[],
  entries: readonly Entry[],
): readonly (readonly (Entry | undefined)[])[] {
  const days: (Entry | undefined)[][] = week.map(() => []);
  for (const entry of entries) {
    const own = week.flatMap((day, index) => (isOn(entry, day) ? [index] : []));
    if (own.length === 0) continue;
    let place = 0;
    while (own.some((index) => days[index]?.[place] !== undefined)) place += 1;
    for (const index of own) {
      const day = days[index] ?? [];
      while (day.length < place) day.push(undefined);
      day[place] = entry;
    }
  }
  return days;
}

/** A part of a day: 0 is its begin and 1 its end. */
export interface PartOfDay {
  readonly from: number;
  readonly to: number;
}

/** What closes a lane, and what opens one. */
interface Closing extends Spanning {
  readonly closes: boolean;
  readonly opens: boolean;
}

/**
 * The parts of a day in which something closes.
 *
 * @param needsWindow whether it is closed, too, where nothing opens
 */
export function closedParts(day: Day, entries: readonly Closing[], needsWindow: boolean): readonly PartOfDay[] {
  const parts = (which: (entry: Closing) => boolean) =>
    union(
      entries
        .filter((entry) => which(entry) && isOn(entry, day))
        .map(({ from, to }) => ({ from: partAt(day, from), to: partAt(day, to ?? day.to) })),
    );
  const closed = parts(({ closes }) => closes);
  return needsWindow ? union([...closed, ...complement(parts(({ opens }) => opens))]) : closed;
}

function partAt({ from, to }: Day, at: Date): number {
  const part = (at.getTime() - from.getTime()) / (to.getTime() - from.getTime());
  return Math.min(1, Math.max(0, part));
}

function union(parts: readonly PartOfDay[]): readonly PartOfDay[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...parts].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else if (to > from) joined.push({ from, to });
  }
  return joined;
}

function complement(parts: readonly PartOfDay[]): readonly PartOfDay[] {
  const edges = [0, ...parts.flatMap(({ from, to }) => [from, to]), 1];
  return Array.from({ length: edges.length / 2 }, (_, index) => ({
    from: edges[index * 2] ?? 0,
    to: edges[index * 2 + 1] ?? 1,
  })).filter(({ from, to }) => to > from);
}
