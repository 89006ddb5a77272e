import type { Place } from '../../yaml-file/read.js';

/** A value of a file. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

/** An object of a file. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Where a value was written, and the override that has set it, if one has. */
export interface Origin extends Place {
  readonly file: string;
  readonly override?: string;
}

/** A gate as its layers make it, with where each of its values was written, by path: `evidence.maxAge`. */
export interface LayeredGate {
  readonly id: string;
  readonly value: JsonObject;
  readonly origins: ReadonlyMap<string, Origin>;
}

/** What one layer says of a gate. */
export interface GatePatch {
  readonly id: string;
  readonly value: JsonObject;
  /** Where the value at a path is written. */
  readonly originOf: (path: readonly string[]) => Origin;
}

/**
 * Lays what one layer says over what those below say: a value that it does not name is inherited, null takes it away, and
 * objects are merged (RFC 7386, JSON Merge Patch).
 */
export function layOver(base: LayeredGate | undefined, { id, value, originOf }: GatePatch): LayeredGate {
  const origins = new Map(base?.origins);
  return { id, value: merged(base?.value ?? {}, value, [], { origins, originOf }), origins };
}

/** The same merge of values alone. */
export function mergePatch(base: JsonObject, patch: JsonObject): JsonObject {
  return merged(base, patch, [], undefined);
}

interface Book {
  readonly origins: Map<string, Origin>;
  readonly originOf: GatePatch['originOf'];
}

function merged(base: JsonObject, patch: JsonObject, path: readonly string[], book: Book | undefined): JsonObject {
  const result: Record<string, Json> = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    const here = [...path, key];
    if (isObject(value)) {
      const below = result[key];
      if (!isObject(below)) forget(here, book);
      result[key] = merged(isObject(below) ? below : {}, value, here, book);
      continue;
    }
    forget(here, book);
    if (value === null) {
      Reflect.deleteProperty(result, key);
      continue;
    }
    result[key] = value;
    book?.origins.set(here.join('.'), book.originOf(here));
  }
  return result;
}

function forget(path: readonly string[], book: Book | undefined): void {
  const name = path.join('.');
  for (const known of book?.origins.keys() ?? [])
    if (known === name || known.startsWith(`${name}.`)) book?.origins.delete(known);
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether a value is an object, and no list. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
