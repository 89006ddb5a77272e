import { instantInWords } from '../instant-in-words.js';
import type { Closure, LaneStatus } from './closed.js';
import { windowInShort } from './window-words.js';

/** So many windows are named in a line. */
const mostNamed = 3;

/** What closes a lane and why, in one line: all change windows together are one reason. */
export function whyClosed({ closures }: Pick<LaneStatus, 'closures'>): string {
  const changes = closures.filter(({ kind }) => kind === 'CHANGE');
  const [only] = changes;
  return [
    ...closures.filter(({ kind }) => kind !== 'CHANGE').map(({ words }) => words),
    ...(only === undefined ? [] : [changes.length === 1 ? only.words : outsideOf(changes)]),
  ].join('; ');
}

function outsideOf(changes: readonly Closure[]): string {
  const more = changes.length > mostNamed ? ` and ${String(changes.length - mostNamed)} more` : '';
  return `outside of its change windows: ${changes.slice(0, mostNamed).map(windowInShort).join(', ')}${more}`;
}

/** Why a promotion waits that could take its lane otherwise, and the instant at which that ends, if it is known. */
export function waitInWords(status: LaneStatus): string {
  const { closures, nextOpen } = status;
  if (nextOpen === undefined) return whyClosed(status);
  const isOfSeveral = closures.length > 1 && closures.every(({ kind }) => kind === 'CHANGE');
  return `${whyClosed(status)}; ${isOfSeveral ? 'the next opens' : 'opens'} ${instantInWords(nextOpen)}`;
}
