import { Temporal } from 'temporal-polyfill';

/** In which years times are shown. */
export interface Years {
  readonly first: number;
  readonly last: number;
}

/** From one offset to another, and when clocks are set so, told by the clock that is about to be set. */
interface Setting {
  readonly from: string;
  readonly to: string;
  /** Nobody says which offset is one of summer. */
  readonly isForward: boolean;
  readonly times: string[];
}

/** The lines of a VTIMEZONE: how the clocks of a zone are set in some years, as Temporal knows it (RFC 5545, section 3.6.5). */
export function timeZoneLines(zone: string, { first, last }: Years): readonly string[] {
  // Half a year before, so that no time that is shown is before the first setting, in any zone.
  let at = Temporal.PlainDateTime.from({ year: first - 1, month: 7, day: 1 }).toZonedDateTime(zone);
  const settings = new Map<string, Setting>();
  add(settings, at, at);
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.year > last) break;
    add(settings, at, next);
    at = next;
  }
  return [
    ...['BEGIN:VTIMEZONE', `TZID:${zone}`, `X-LIC-LOCATION:${zone}`],
    ...[...settings.values()].flatMap(linesOf),
    'END:VTIMEZONE',
  ];
}

function add(settings: Map<string, Setting>, before: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): void {
  const wall = to.toPlainDateTime().add({ nanoseconds: before.offsetNanoseconds - to.offsetNanoseconds });
  const time = wall.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '');
  const key = `${before.offset} ${to.offset}`;
  const known = settings.get(key);
  const isForward = to.offsetNanoseconds > before.offsetNanoseconds;
  if (known === undefined) settings.set(key, { from: before.offset, to: to.offset, isForward, times: [time] });
  else known.times.push(time);
}

function linesOf({ from, to, isForward, times }: Setting): readonly string[] {
  const name = isForward ? 'DAYLIGHT' : 'STANDARD';
  const [first = '', ...later] = times;
  return [
    ...[`BEGIN:${name}`, `DTSTART:${first}`],
    // Programs that follow libical take RDATE instead of DTSTART, not besides it.
    ...(later.length === 0 ? [] : times.map((time) => `RDATE:${time}`)),
    ...[`TZOFFSETFROM:${offsetOf(from)}`, `TZOFFSETTO:${offsetOf(to)}`, `TZNAME:${offsetOf(to)}`, `END:${name}`],
  ];
}

/** `+0100`, of `+01:00`; seconds stand in few old ones. */
function offsetOf(offset: string): string {
  return offset.replaceAll(':', '');
}
