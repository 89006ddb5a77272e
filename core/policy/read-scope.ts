import { canonicalJson } from '../hash.js';
import type { Gate, PolicySnapshot } from './model.js';
import { wantedBy, type WantedFacts } from './wanted.js';

/** What was read for a round, as JSON: each member of {@link WantedFacts} with its items. */
export type ReadScope = Readonly<Record<string, readonly unknown[]>>;

/** What is read where this is wanted. */
export function scopeOf(wanted: WantedFacts): ReadScope {
  return Object.fromEntries(Object.entries(wanted).map(([member, value]) => [member, itemsOf(value)]));
}

function itemsOf(value: unknown): readonly unknown[] {
  if (value === undefined || value === false) return [];
  const isList = Array.isArray(value) || value instanceof Set;
  return isList ? byText([...(value as Iterable<unknown>)]) : [value];
}

/** In an order that does not depend on the order of gates. */
function byText(items: readonly unknown[]): readonly unknown[] {
  return items
    .map((item) => ({ item, text: canonicalJson(item) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ item }) => item);
}

/**
 * What a gate asks for that was not read: kinds of evidence by their names, all else in words. Of that, nothing is known,
 * which is not the same as that there was none.
 */
export function notRead(gate: Gate, snapshot: PolicySnapshot, read: ReadScope): readonly string[] {
  const asked = scopeOf(wantedBy({ ...snapshot, gates: [gate] }));
  return Object.entries(asked).flatMap(([member, items]) => {
    const known = new Set((read[member] ?? []).map(canonicalJson));
    return items.filter((item) => !known.has(canonicalJson(item))).map((item) => wordsOf(member, item));
  });
}

function wordsOf(member: string, item: unknown): string {
  if (member === 'kinds' && typeof item === 'string') return item;
  const words: Readonly<Record<string, string>> = {
    soakLanes: 'since when it was live in',
    predecessors: 'what was live of',
    baselines: 'the metrics of what was live in',
  };
  return `${words[member] ?? member} ${typeof item === 'string' ? item : canonicalJson(item)}`;
}
