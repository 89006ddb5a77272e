import {
  type InFlightRule,
  inFlightRules,
  type WindowAction,
  windowActions,
  type WindowKind,
} from '../../../core/calendar/window.js';
import type { Lane } from '../../../core/lanes.js';
import { usageError } from '../errors/report-error.js';
import { laneOf } from '../output/words.js';

/** What windows of the command line hold for. */
export interface Reach {
  readonly freeze?: true;
  readonly change?: true;
  readonly product?: readonly string[];
  readonly lane?: readonly string[];
  readonly action?: readonly string[];
  readonly invoker?: readonly string[];
  readonly inFlight?: string;
}

/** What a window does. @throws INVALID_INPUT unless exactly one is said */
export function kindFrom({ freeze, change }: Reach): WindowKind {
  if ((freeze === true) !== (change === true)) return freeze === true ? 'FREEZE' : 'CHANGE';
  throw usageError(
    freeze === true ? '--freeze and --change contradict each other' : 'it is not said what the window does',
    'pass --freeze for one in which nothing is done, or --change for one outside of which nothing is done',
  );
}

/** What it holds for, as a window says it. @throws INVALID_INPUT, UNKNOWN_LANE */
export function reachOf({ product, lane, action, invoker, inFlight }: Reach): {
  readonly products?: readonly string[];
  readonly lanes?: readonly Lane[];
  readonly actions?: readonly WindowAction[];
  readonly invokers?: readonly string[];
  readonly inFlight?: InFlightRule;
} {
  return {
    ...(product !== undefined && { products: product }),
    ...(lane !== undefined && { lanes: lane.map((one) => laneOf(one).name) }),
    ...(action !== undefined && { actions: action.map((one) => oneOf(one, windowActions, '--action')) }),
    ...(invoker !== undefined && { invokers: invoker }),
    ...(inFlight !== undefined && { inFlight: oneOf(inFlight, inFlightRules, '--in-flight') }),
  };
}

/** One of several words that somebody has typed in small letters. @throws INVALID_INPUT */
export function oneOf<T extends string>(text: string, known: readonly T[], option: string): T {
  const found = known.find((one) => one.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw usageError(`${option} ${text} is not valid`, `use ${known.map((one) => one.toLowerCase()).join(', ')}`);
}
