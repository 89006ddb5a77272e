import type { Lane } from '../lanes.js';
import type { Json, LayeredGate, Origin } from './layers/merge.js';
import { isObject } from './layers/merge.js';
import type { Gate, ValueSource } from './model.js';

/** Where the values of a resolved gate come from: a line of a file, or the default of its type or of Lanekeeper. */
export function sourcesOf(layered: LayeredGate, gate: Gate, lane: Lane): readonly ValueSource[] {
  return leavesOf(gate, []).map(({ path, value }) => {
    const written = writtenAs(path);
    const found = originOf(layered, written, lane);
    const shown = found === undefined ? value : (valueAt(layered.value, found.path) ?? value);
    const source = { gate: gate.id, field: written.join('.'), value: JSON.stringify(shown) };
    if (found === undefined) return source;
    const { file, line, override } = found.origin;
    return { ...source, file, line, ...(override !== undefined && { override }) };
  });
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The values of a gate, lists as one. */
function leavesOf(value: object, path: readonly string[]): readonly Leaf[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): readonly Leaf[] => {
    // Its id names it, and titles are only what roles are called.
    if (path.length === 0 && (key === 'id' || key === 'titles')) return [];
    const here = [...path, key];
    const isMap = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isMap ? leavesOf(inner, here) : [{ path: here, value: inner }];
  });
}

/** A duration is written with its unit. */
function writtenAs(path: readonly string[]): readonly string[] {
  return path.map((key) => (key.endsWith('Seconds') ? key.slice(0, -'Seconds'.length) : key));
}

/** A severity is written for each lane, of which the gate is resolved for one. */
function originOf(
  { origins }: LayeredGate,
  path: readonly string[],
  lane: Lane,
): { readonly path: readonly string[]; readonly origin: Origin } | undefined {
  const written = path.join('.') === 'severity' ? ['severity', lane] : path;
  const origin = origins.get(written.join('.'));
  return origin === undefined ? undefined : { path: written, origin };
}

function valueAt(value: Json, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
}
