import type { WindowKind } from '../calendar/window.js';

/** A longer name of a window is cut: that of an imported one is made of the id of its event. */
const longestName = 24;

/** What people are told of a window. */
interface ToldWindow {
  readonly name: string;
  readonly reason: string;
}

/** Why a window is there, and what it is called: the reason tells people more than the name, which may be generated. */
export function windowInShort({ name, reason }: ToldWindow): string {
  return `${reason} (${shortName(name)})`;
}

/** The name of a window in little space. */
export function shortName(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 4)}…` : name;
}

/** How a window closes a lane, in one line. */
export function closedByWindow(window: ToldWindow & { readonly kind: WindowKind }): string {
  return window.kind === 'FREEZE'
    ? `freeze: ${windowInShort(window)}`
    : `outside of its change window: ${windowInShort(window)}`;
}
