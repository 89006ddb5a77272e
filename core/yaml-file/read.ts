import type { ValidateFunction } from 'ajv/dist/2020.js';
import { type Document, isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { utf8Of } from '../bytes.js';
import { type ErrorCode, LanekeeperError, messageOf } from '../errors.js';
import { type Path, problemsOfSchema, tellingErrors } from './schema-problems.js';

/** Where something stands in a file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A mistake in a file. */
export interface Problem extends Place {
  readonly text: string;
}

/** What is read, and how it is spoken of. */
export interface FileTerms<T> {
  readonly fileName: string;
  /** How many bytes of UTF-8 it may have. */
  readonly maxBytes: number;
  /** Its JSON Schema, compiled with `allErrors` and `verbose`. */
  readonly validate: ValidateFunction<T>;
  /** The code of its errors. */
  readonly code: ErrorCode;
  /** What to do about them. */
  readonly next: string;
  /** What can be said of a value that its schema refuses: mistakes of later stages, told in the same go. */
  readonly also?: (file: Pick<YamlFile<unknown>, 'value' | 'placeOf' | 'scalarAt'>) => readonly Problem[];
}

/** A YAML file that satisfies its schema. */
export interface YamlFile<T> {
  readonly fileName: string;
  readonly value: T;
  /** Where the key at a path stands, or the nearest element above it. */
  placeOf(path: Path): Place;
  /** Where the value at a path stands. */
  placeOfValue(path: Path): Place;
  /** The text at a path, where it begins, and how it is written: with quotes, or the lines of a block. */
  scalarAt(path: Path): { readonly place: Place; readonly written: string; readonly text: string } | undefined;
  /** Refuses the file for what its schema cannot express. */
  refuse(problems: readonly (Problem | { readonly path: Path; readonly text: string })[]): LanekeeperError;
}

/** Few aliases are allowed, so that a small file cannot expand into a large value. */
const maxAliases = 20;
const maxProblems = 20;

/** How many errors of a schema are looked up in the file: each takes a search through what is around it. */
const maxPlaced = 100;

/**
 * Reads a YAML file and checks it against its schema.
 *
 * @throws the code of its terms, with every mistake at once: file, line, column, what is wrong, and what was expected
 */
export function readYamlFile<T>(text: string, terms: FileTerms<T>): YamlFile<T> {
  const { fileName, maxBytes, validate } = terms;
  // No character has less than one byte: what is far longer is not encoded first.
  if (text.length > maxBytes || utf8Of(text).length > maxBytes)
    throw refusal(terms, [{ line: 1, column: 1, text: `the file is longer than ${String(maxBytes)} bytes` }]);
  const lines = new LineCounter();
  // Its own search for repeated keys compares each with all others.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const mistakes = [
    ...document.errors.map(({ pos, message }) => ({ offset: pos[0], text: message })),
    ...repeatedKeys(document).map((offset) => ({ offset, text: 'Map keys must be unique' })),
  ];
  if (mistakes.length > 0)
    throw refusal(
      terms,
      mistakes.map(({ offset, text: what }) => ({ ...placeAt(offset), text: what })),
    );
  const value = toJs(document, terms);
  const placeOf = (path: Path): Place => placeAt(offsetOf(document, path));
  const placeOfValue = (path: Path): Place => {
    const node = nodeAt(document, path);
    return isNode(node) && node.range ? placeAt(node.range[0]) : placeOf(path);
  };
  const scalarAt = (path: Path) => {
    const node = nodeAt(document, path);
    if (!isScalar(node) || !node.range || typeof node.value !== 'string') return undefined;
    return { place: placeAt(node.range[0]), written: text.slice(node.range[0], node.range[1]), text: node.value };
  };
  if (!validate(value)) {
    const errors = tellingErrors(validate.errors ?? []);
    const placed = problemsOfSchema(errors.slice(0, maxPlaced));
    const later = terms.also?.({ value, placeOf, scalarAt }) ?? [];
    throw refusal(
      terms,
      [...placed.map(({ path, text: what }) => ({ ...placeOf(path), text: what })), ...later],
      errors.length + later.length,
    );
  }
  return {
    ...{ fileName, value, placeOf, placeOfValue, scalarAt },
    refuse: (problems) =>
      refusal(
        terms,
        problems.map((one) => ('path' in one ? { ...placeOf(one.path), text: one.text } : one)),
      ),
  };
}

/** The offsets of keys that their map has already. */
function repeatedKeys(document: Document): readonly number[] {
  const offsets: number[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value)) offsets.push(key.range?.[0] ?? 0);
        seen.add(key.value);
      }
    },
  });
  return offsets;
}

function toJs(document: Document, terms: Pick<FileTerms<unknown>, 'fileName' | 'code' | 'next'>): unknown {
  try {
    return document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    throw refusal(terms, [{ line: 1, column: 1, text: messageOf(error) }]);
  }
}

/**
 * The error of a file with mistakes.
 *
 * @param count how many there are, if not all of them are given
 */
export function refusal(
  { fileName, code, next }: Pick<FileTerms<unknown>, 'fileName' | 'code' | 'next'>,
  problems: readonly Problem[],
  count = problems.length,
): LanekeeperError {
  const shown = [...problems]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .slice(0, maxProblems)
    .map(({ line, column, text }) => ({ place: `${fileName}:${String(line)}:${String(column)}`, text }));
  return new LanekeeperError(code, {
    message: count === 1 ? `${fileName} has a mistake` : `${fileName} has ${String(count)} mistakes`,
    object: shown[0]?.place ?? fileName,
    why: shown.map(({ place, text }) => `${place}: ${text}`).join('\n'),
    next,
  });
}

function nodeAt(document: Document, path: Path): unknown {
  let node: unknown = document.contents;
  for (const key of path) {
    const target: unknown = isAlias(node) ? node.resolve(document) : node;
    node = isMap(target) || isSeq(target) ? target.get(key, true) : undefined;
  }
  return isAlias(node) ? node.resolve(document) : node;
}

/** The offset of the key at a path, or of the nearest element above it. */
function offsetOf(document: Document, path: Path): number {
  const parent = nodeAt(document, path.slice(0, -1));
  const last = path.at(-1);
  const pair = isMap(parent) ? parent.items.find((item) => isScalar(item.key) && item.key.value === last) : undefined;
  const found: unknown = pair?.key ?? nodeAt(document, path);
  if (isNode(found) && found.range) return found.range[0];
  return path.length === 0 ? 0 : offsetOf(document, path.slice(0, -1));
}
