import type { Clock } from './clock.js';
import { longestLookMs, type Presence } from './occurrences.js';
import type { Window } from './window.js';

/** How often single windows are looked up to find when the whole changes. */
const mostLooks = 1_000;

/** When windows become together open or closed, whichever they are not; or until when they do not at least. */
export interface NextChange {
  /** Milliseconds of epoch; absent where none is found. */
  readonly change?: number;
  /** Where none is found, and there may be one. */
  readonly steadyTo?: number;
}

/** What windows do at an instant: whether freezes are there, and until when the whole stays as it is at least. */
interface Scene {
  readonly isClosed: boolean;
  readonly steadyTo: number;
}

/**
 * Goes from change to change of single windows, over those that cannot change the whole: nothing opens while a freeze is
 * there.
 *
 * @param presences of the windows now, in their order
 */
export function nextChange(
  windows: readonly Window[],
  presences: readonly Presence[],
  now: number,
  clock: Clock,
): NextChange {
  const current = [...presences];
  const first = sceneOf(windows, current);
  let { steadyTo } = first;
  for (let looks = 0; ;) {
    if (steadyTo === Infinity) return {};
    // What is only known to be steady so long has been looked through, as far as it is looked.
    const isKnown = current.some(({ until }) => until === steadyTo);
    if (!isKnown || looks >= mostLooks || steadyTo - now > longestLookMs) return { steadyTo };
    const at = steadyTo;
    for (const [index, window] of windows.entries()) {
      if (steadyOf(current[index]) > at) continue;
      looks += 1;
      current[index] = clock.presenceOf(window, at);
    }
    const scene = sceneOf(windows, current);
    if (scene.isClosed !== first.isClosed) return { change: at };
    steadyTo = scene.steadyTo;
  }
}

function steadyOf(presence: Presence | undefined): number {
  return presence?.until ?? presence?.steadyTo ?? Infinity;
}

function sceneOf(windows: readonly Window[], presences: readonly Presence[]): Scene {
  let [hasChanges, isFrozen, isLetIn] = [false, false, false];
  // When the last of the freezes that are there is over, and the first of the others begins.
  let [lastThaw, nextFreeze] = [-Infinity, Infinity];
  // When the last of the change windows that are there is over, and the first of the others begins.
  let [lastEnd, nextBegin] = [-Infinity, Infinity];
  for (const [index, { kind }] of windows.entries()) {
    const presence = presences[index];
    const steady = steadyOf(presence);
    const isThere = presence?.isThere === true;
    if (kind === 'FREEZE') {
      isFrozen ||= isThere;
      if (isThere) lastThaw = Math.max(lastThaw, steady);
      else nextFreeze = Math.min(nextFreeze, steady);
    } else {
      hasChanges = true;
      isLetIn ||= isThere;
      if (isThere) lastEnd = Math.max(lastEnd, steady);
      else nextBegin = Math.min(nextBegin, steady);
    }
  }
  const isOutside = hasChanges && !isLetIn;
  if (isFrozen || isOutside) return { isClosed: true, steadyTo: Math.max(lastThaw, isOutside ? nextBegin : -Infinity) };
  return { isClosed: false, steadyTo: Math.min(nextFreeze, hasChanges ? lastEnd : Infinity) };
}
