import { type Clock, WindowClock } from './clock.js';
import { nextChange } from './next-change.js';
import type { Presence } from './occurrences.js';
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

/**
 * What windows say together. A freeze window closes while it is there; where there are change windows, one of them has to
 * be there, and one that never comes back keeps closed, since it was set so that nothing is done at other times.
 *
 * @param windows those that hold for what is asked about
 */
export function statusOf(windows: readonly Window[], now: Date, clock: Clock = new WindowClock()): WindowStatus {
  const at = now.getTime();
  const presences = windows.map((window) => clock.presenceOf(window, at));
  const closing = closedBy(windows.flatMap((window, index) => seen(window, presences[index])));
  const { change, steadyTo } = nextChange(windows, presences, at, clock);
  const by = closing.map(({ window }) => window);
  const isClosed = by.length > 0;
  return {
    ...{ closed: isClosed, by },
    closing: closing.map(({ window, presence: { until } }) => ({
      window,
      ...(until !== undefined && { until: new Date(until) }),
    })),
    ...(isClosed && { reason: reasonOf(by), inFlight: strictest(by) }),
    ...(change !== undefined && { [isClosed ? 'nextOpen' : 'nextClose']: new Date(change) }),
    ...(steadyTo !== undefined && { lookAgainAt: new Date(steadyTo) }),
  };
}

/** A window, and what is known of it at an instant. */
interface Seen {
  readonly window: Window;
  readonly presence: Presence;
}

function seen(window: Window, presence: Presence | undefined): readonly Seen[] {
  return presence === undefined ? [] : [{ window, presence }];
}

const isFreeze = ({ window }: Seen): boolean => window.kind === 'FREEZE';
const isThere = ({ presence }: Seen): boolean => presence.isThere;

/** Those that close: each freeze that is there, and the change windows if none of them is. */
function closedBy(scene: readonly Seen[]): readonly Seen[] {
  const freezes = scene.filter((one) => isFreeze(one) && isThere(one));
  const changes = scene.filter((one) => !isFreeze(one));
  return [...freezes, ...(changes.some(isThere) ? [] : changes)];
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
