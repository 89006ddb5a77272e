import { type Clock, WindowClock } from './clock.js';
import { longestLookMs, type Presence } from './occurrences.js';
import { type InFlightRule, inFlightRules, type Window } from './window.js';

/** A window that closes, and when it does not any more; absent where that is not found in the time that is looked at. */
export interface ClosingWindow {
  readonly window: Window;
  readonly until?: Date;
}

/** Whether windows let something be done, as everybody is told: computed once, where the answer counts. */
export interface WindowStatus {
  readonly closed: boolean;
  /** The windows that close it; none while it is open. */
  readonly by: readonly Window[];
  /** The same, each with when it does not close any more: a freeze when it is over, a change window when it begins. */
  readonly closing: readonly ClosingWindow[];
  /** Why it is closed, for people. */
  readonly reason?: string;
  /** When it opens next; absent while it is open, and where it does not open in the time that is looked at. */
  readonly nextOpen?: Date;
  /** When it closes next; absent while it is closed, and where it does not close in the time that is looked at. */
  readonly nextClose?: Date;
  /**
   * Where neither is found, although it may come: until when there is none at least. Whoever waits asks again then.
   * Absent, too, where it stays as it is.
   */
  readonly lookAgainAt?: Date;
  /** What becomes of a promotion that has its lane: the strictest rule of the windows that close it. */
  readonly inFlight?: InFlightRule;
}

/** How often single windows are looked up to find when the whole changes. */
const mostLooks = 5_000;

/**
 * What windows say together. A freeze window closes while it is there; where there are change windows, one of them has to
 * be there, and one that never comes back keeps closed, since it was set so that nothing is done at other times.
 *
 * @param windows those that hold for what is asked about
 */
export function statusOf(windows: readonly Window[], now: Date, clock: Clock = new WindowClock()): WindowStatus {
  const at = now.getTime();
  const scene = windows.map((window): Seen => ({ window, presence: clock.presenceOf(window, at) }));
  const closing = closedBy(scene);
  const { change, steadyTo } = nextChange(scene, at, clock);
  const again = steadyTo !== undefined && { lookAgainAt: new Date(steadyTo) };
  if (closing.length === 0)
    return {
      closed: false,
      by: [],
      closing: [],
      ...(change !== undefined && { nextClose: new Date(change) }),
      ...again,
    };
  const by = closing.map(({ window }) => window);
  return {
    ...{ closed: true, by },
    closing: closing.map(({ window, presence: { until } }) => ({
      window,
      ...(until !== undefined && { until: new Date(until) }),
    })),
    reason: reasonOf(by),
    ...(change !== undefined && { nextOpen: new Date(change) }),
    ...again,
    inFlight: strictest(by),
  };
}

/** A window, and what is known of it at an instant. */
interface Seen {
  readonly window: Window;
  readonly presence: Presence;
}

const isFreeze = ({ window }: Seen): boolean => window.kind === 'FREEZE';
const isThere = ({ presence }: Seen): boolean => presence.isThere;

/** Those that close: each freeze that is there, and the change windows if none of them is. */
function closedBy(scene: readonly Seen[]): readonly Seen[] {
  const freezes = scene.filter((one) => isFreeze(one) && isThere(one));
  const changes = scene.filter((one) => !isFreeze(one));
  return [...freezes, ...(changes.some(isThere) ? [] : changes)];
}

/** Until when a window stays as it is, at least. */
function steadyOf({ presence: { until, steadyTo } }: Seen): number {
  return until ?? steadyTo ?? Infinity;
}

/** When it becomes open or closed, whichever it is not; or until when it does not at least. */
function nextChange(
  first: readonly Seen[],
  now: number,
  clock: Clock,
): { readonly change?: number; readonly steadyTo?: number } {
  const wasClosed = closedBy(first).length > 0;
  let scene = first;
  for (let at = now, looks = 0; ;) {
    const closing = closedBy(scene);
    if (closing.length > 0 !== wasClosed) return { change: at };
    const next = wasClosed ? opensNotBefore(closing) : closesNotBefore(scene);
    if (next === Infinity) return {};
    if (looks >= mostLooks || at - now > longestLookMs) return { steadyTo: at };
    at = next;
    scene = scene.map((one) => {
      if (steadyOf(one) > at) return one;
      looks += 1;
      return { window: one.window, presence: clock.presenceOf(one.window, at) };
    });
  }
}

/** Nothing opens while one of the freezes is there, or before one of the change windows begins. */
function opensNotBefore(closing: readonly Seen[]): number {
  const [freezes, changes] = [closing.filter(isFreeze), closing.filter((one) => !isFreeze(one))];
  return Math.max(
    freezes.length === 0 ? -Infinity : Math.max(...freezes.map(steadyOf)),
    changes.length === 0 ? -Infinity : Math.min(...changes.map(steadyOf)),
  );
}

/** Nothing closes before a freeze begins, or as long as one of the change windows is there. */
function closesNotBefore(scene: readonly Seen[]): number {
  const changes = scene.filter((one) => !isFreeze(one) && isThere(one));
  return Math.min(
    ...scene.filter(isFreeze).map(steadyOf),
    changes.length === 0 ? Infinity : Math.max(...changes.map(steadyOf)),
  );
}

function reasonOf(by: readonly Window[]): string {
  const freezes = by.filter(({ kind }) => kind === 'FREEZE');
  if (freezes.length > 0) return freezes.map(({ name, reason }) => `${name}: ${reason}`).join('; ');
  return `outside of ${by.map(({ name, reason }) => `${name} (${reason})`).join(', ')}`;
}

function strictest(by: readonly Window[]): InFlightRule {
  const found = inFlightRules.findLast((rule) => by.some(({ inFlight }) => inFlight === rule));
  return found ?? 'FINISH';
}
