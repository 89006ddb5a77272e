import { type Clock, WindowClock } from './clock.js';
import { longestLookMs } from './occurrences.js';
import type { WindowTimes } from './window.js';

/** A part of time in which a window is there, half-open. */
export interface WindowSpan {
  readonly from: Date;
  readonly to: Date;
}

/** When a window is there between two instants. */
export interface WindowSpans {
  /** In their order, without gaps of no length, and no longer than what was asked about. */
  readonly spans: readonly WindowSpan[];
  /** Whether there may be more of them before the second instant. */
  readonly more: boolean;
}

/** How often it is asked on where no end of a row of windows is found. */
const mostRows = 2;

/**
 * The parts of time in which a window is there between two instants, for calendars. It looks no farther ahead than
 * {@link longestLookMs}.
 *
 * @param most how many parts at most
 */
export function spansBetween(
  window: WindowTimes,
  from: Date,
  to: Date,
  most: number,
  clock: Clock = new WindowClock(),
): WindowSpans {
  const end = Math.min(to.getTime(), from.getTime() + longestLookMs);
  const found: { from: number; to: number }[] = [];
  const answer = (more: boolean): WindowSpans => ({
    spans: found.map((span) => ({ from: new Date(span.from), to: new Date(span.to) })),
    more,
  });
  for (let at = from.getTime(), rows = 0; at < end;) {
    const { isThere, until, steadyTo } = clock.presenceOf(window, at);
    const next = until ?? steadyTo;
    if (next === undefined) return answer(false);
    if (isThere) {
      const last = found.at(-1);
      const isOneMore = last?.to !== at;
      if ((isOneMore && found.length >= most) || rows > mostRows) return answer(true);
      if (isOneMore) found.push({ from: at, to: Math.min(next, end) });
      else last.to = Math.min(next, end);
      if (until === undefined) rows += 1;
    }
    at = next;
  }
  return answer(end < to.getTime());
}

/** Whether a window is over for good: it is not there, and does not come back. */
export function isOver(window: WindowTimes, now: Date, clock: Clock = new WindowClock()): boolean {
  const { isThere, until, steadyTo } = clock.presenceOf(window, now.getTime());
  return !isThere && until === undefined && steadyTo === undefined;
}
