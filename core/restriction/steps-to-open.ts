import { alternatives } from '../alternatives.js';
import { instantInWords } from '../instant-in-words.js';
import type { Closure, LaneStatus } from './closed.js';
import { openers } from './rules.js';

/** So many windows are named that nobody knows the end of. */
const mostNamed = 3;

/**
 * What lets whoever waits for a lane go on: one step at least for a lane that is closed. Windows and schedules end by
 * themselves; a hold is lifted by people.
 */
export function stepsToOpen({ closures, nextOpen, lookAgainAt }: LaneStatus): readonly string[] {
  if (closures.length === 0) return [];
  if (nextOpen !== undefined) return [`wait until ${instantInWords(nextOpen)}, when the lane opens`];
  const byPeople = closures.flatMap(stepOfPeople);
  if (byPeople.length > 0) return byPeople;
  if (lookAgainAt !== undefined) return [`wait: it does not open before ${instantInWords(lookAgainAt)}`];
  return closures
    .filter(({ kind }) => kind === 'FREEZE' || kind === 'CHANGE')
    .slice(0, mostNamed)
    .map(
      ({ name }) =>
        `nobody can say when it opens: ${anyOf(openers)} ends the window: lane window end ${name} --reason TEXT`,
    );
}

function stepOfPeople({ kind, owner, name, next }: Closure): readonly string[] {
  if (kind === 'RECALL')
    return [`the bundle was recalled: lane bundle show ${name.replace('sha256:', '').slice(0, 12)}`];
  return kind === 'HOLD' && next !== undefined ? [`${owner}, or ${anyOf(openers)}, lifts the hold: ${next}`] : [];
}

function anyOf(roles: readonly string[]): string {
  return `${/^[aeiou]/.test(roles[0] ?? '') ? 'an' : 'a'} ${alternatives(roles)}`;
}
