import { canonicalJson } from '../../hash.js';
import type { Problem } from '../../yaml-file/read.js';
import type { Override } from './document.js';
import { isObject, type Json, type JsonObject } from './merge.js';

/**
 * Overrides of one file that contradict each other: one that changes a gate which it also leaves out, and two with the same
 * condition of which one undoes the other. Which of them was meant, nobody can tell.
 */
export function contradictionsIn(overrides: readonly Override[]): readonly Problem[] {
  return [
    ...overrides.flatMap(withItself),
    ...overrides.flatMap((one, index) =>
      overrides.slice(0, index).flatMap((other) => (condition(one) === condition(other) ? between(other, one) : [])),
    ),
  ];
}

function condition({ when }: Override): string {
  return when.trim().replace(/\s+/g, ' ');
}

function withItself({ id, set, add, remove }: Override): readonly Problem[] {
  const removed = new Set(remove.map((one) => one.id));
  const kept = [...set, ...add].filter((gate) => removed.has(gate.id));
  const both = set.filter((gate) => add.some((added) => added.id === gate.id));
  return [
    ...kept.map((gate) => ({
      ...gate.originOf(['id']),
      text: `override ${id} changes gate ${gate.id} and leaves it out`,
    })),
    ...both.map((gate) => ({
      ...gate.originOf(['id']),
      text: `override ${id} adds gate ${gate.id} and sets its values; write them where it is added`,
    })),
  ];
}

function between(earlier: Override, later: Override): readonly Problem[] {
  const problems: Problem[] = [];
  for (const gate of later.set)
    for (const other of earlier.set.filter(({ id }) => id === gate.id))
      for (const path of differing(other.value, gate.value))
        problems.push({
          ...gate.originOf(path),
          text: `override ${later.id} sets ${path.join('.')} of gate ${gate.id}, and so does ${earlier.id} under the same condition, to something else`,
        });
  for (const { id, origin } of later.remove)
    if ([...earlier.set, ...earlier.add].some((gate) => gate.id === id))
      problems.push({
        ...origin,
        text: `override ${later.id} leaves gate ${id} out, and ${earlier.id} changes it under the same condition`,
      });
  return problems;
}

/** The paths that both name, with different values. */
function differing(a: JsonObject, b: JsonObject, path: readonly string[] = []): readonly (readonly string[])[] {
  return Object.keys(b).flatMap((key) => {
    const [one, other]: readonly (Json | undefined)[] = [a[key], b[key]];
    if (one === undefined || other === undefined) return [];
    if (isObject(one) && isObject(other)) return differing(one, other, [...path, key]);
    return canonicalJson(one) === canonicalJson(other) ? [] : [[...path, key]];
  });
}
