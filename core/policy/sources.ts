import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Gate, ValueSource } from './model.js';

/** Where the values of a gate come from that was read from the gate at `index` of a policy file. */
export function sourcesOf(
  gate: Gate,
  index: number,
  file: { readonly name: string; readonly document: Document; readonly lines: LineCounter },
): readonly ValueSource[] {
  return leavesOf(gate, []).map(({ path, value }) => {
    const written = writtenAs(path);
    const node = nodeAt(file.document, ['spec', 'gates', index, ...written]);
    const shown = isScalar(node) ? node.value : value;
    const source = { gate: gate.id, field: written.join('.'), value: JSON.stringify(shown) };
    const start = node?.range?.[0];
    return start === undefined ? source : { ...source, file: file.name, line: file.lines.linePos(start).line };
  });
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** The values of a gate, lists as one. Its id names it. */
function leavesOf(value: object, path: readonly string[]): readonly Leaf[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): readonly Leaf[] => {
    if (path.length === 0 && key === 'id') return [];
    const here = [...path, key];
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isObject ? leavesOf(inner, here) : [{ path: here, value: inner }];
  });
}

/** A duration is written with its unit. */
function writtenAs(path: readonly string[]): readonly string[] {
  return path.map((key) => (key === 'maxAgeSeconds' ? 'maxAge' : key));
}

function nodeAt(document: Document, path: readonly (string | number)[]): Node | undefined {
  let node: unknown = document.contents;
  for (const key of path) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    node = isMap(target) || isSeq(target) ? target.get(key, true) : undefined;
  }
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node : undefined;
}
