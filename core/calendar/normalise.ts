import { lanes as allLanes } from '../lanes.js';
import { type Window, windowActions, type WindowTimes } from './window.js';

/** What somebody writes of a window: what is left out has its default. */
export type WrittenWindow = WindowTimes & Pick<Window, 'kind' | 'reason'> & Partial<Omit<Window, 'name'>>;

/**
 * The one form of what somebody has written: with defaults, lists in their order. A rollback is exempt unless it is named,
 * since going back is what makes a lane safe.
 */
export function normaliseWindow(name: string, written: WrittenWindow): Window {
  const { kind, reason, zone, begins, ends, lasts, recurrence, except, products, lanes, invokers } = written;
  const { actions = ['DEPLOY'], inFlight = 'FINISH' } = written;
  return {
    ...{ name, kind, reason, zone, begins },
    ...(ends !== undefined && { ends }),
    ...(lasts !== undefined && { lasts }),
    ...(recurrence !== undefined && { recurrence }),
    ...(except !== undefined && except.length > 0 && { except: sorted(except) }),
    ...(products !== undefined && { products: sorted(products) }),
    ...(lanes !== undefined && { lanes: inOrderOf(allLanes, lanes) }),
    actions: inOrderOf(windowActions, actions),
    ...(invokers !== undefined && { invokers: sorted(invokers) }),
    inFlight,
  };
}

/** By code units, so that the order is the same everywhere. */
function sorted(items: readonly string[]): readonly string[] {
  return [...items].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

function inOrderOf<T>(all: readonly T[], items: readonly T[]): readonly T[] {
  return all.filter((one) => items.includes(one));
}
