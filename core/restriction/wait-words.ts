import type { WindowKind } from '../calendar/window.js';
import { instantInWords } from '../instant-in-words.js';
import type { Closure, LaneStatus } from './closed.js';

/** So many windows are named in a line. */
const mostNamed = 3;

/** A longer name of a window is cut: that of an imported one is made of the id of its event. */
const longestName = 24;

/** Why a window is there, and what it is called: the reason tells people more than the name, which may be generated. */
function windowInShort({ name, reason }: Pick<Closure, 'name' | 'reason'>): string {
  return `${reason} (${shortName(name)})`;
}

/** The name of a window in little space. */
export function shortName(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 4)}…` : name;
}

/** How a window closes a lane, in one line. */
export function closedByWindow(window: Pick<Closure, 'name' | 'reason'> & { readonly kind: WindowKind }): string {
  return window.kind === 'FREEZE'
    ? `freeze: ${windowInShort(window)}`
    : `outside of its change window: ${windowInShort(window)}`;
}

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
