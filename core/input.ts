import { LanekeeperError } from './errors.js';

/**
 * Small parsers for what comes from outside: inputs of workflows and activities. They turn an unknown value into a
 * closed type; whatever is not expected is refused. A value that is optional is wrapped in {@link optional}.
 */

/** Reads one value. `object` says where it is, for people. @throws INVALID_INPUT */
export type Parser<T> = (value: unknown, object: string) => T;

/** A field that may be absent. */
export interface Optional<T> {
  readonly optional: Parser<T>;
}

/** The fields of an object, each with its parser. */
export type Fields = Readonly<Record<string, Parser<unknown> | Optional<unknown>>>;

/** What {@link parseObject} returns for `fields`. */
export type Parsed<F extends Fields> = {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? never : K]: F[K] extends Parser<infer T> ? T : never;
} & {
  readonly [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: F[K] extends Optional<infer T> ? T : never;
};

/** Reads an object that has these fields and no others. @throws INVALID_INPUT naming the field */
export function parseObject<F extends Fields>(value: unknown, object: string, fields: F): Parsed<F> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidInput(object, 'it is not a JSON object');
  const given = new Map<string, unknown>(Object.entries(value));
  for (const name of given.keys())
    if (!Object.hasOwn(fields, name)) throw invalidInput(object, `it has the unknown field ${quoted(name)}`);
  const parsed = Object.entries(fields).flatMap(([name, field]) => {
    const found = given.get(name);
    if (typeof field === 'function') return [[name, field(found, `${object}: ${name}`)]];
    return found === undefined ? [] : [[name, field.optional(found, `${object}: ${name}`)]];
  });
  // Each field was read by the parser that gives it its type.
  return Object.fromEntries(parsed) as Parsed<F>;
}

/** The parser of an object inside another. */
export function objectOf<F extends Fields>(fields: F): Parser<Parsed<F>> {
  return (value, object) => parseObject(value, object, fields);
}

/** Marks a field that may be absent. */
export function optional<T>(parser: Parser<T>): Optional<T> {
  return { optional: parser };
}

/** A string of at most `maxLength` characters, not empty unless `minLength` is 0. */
export function text(maxLength: number, minLength = 1): Parser<string> {
  return (value, object) => {
    if (typeof value === 'string' && value.length >= minLength && value.length <= maxLength) return value;
    throw invalidInput(object, `it is not a string of ${String(minLength)} to ${String(maxLength)} characters`);
  };
}

/** A string that a pattern describes; `what` says for people what it must be. Bound its length in the pattern. */
export function matching(pattern: RegExp, what: string): Parser<string> {
  return (value, object) => {
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw invalidInput(object, `it is not ${what}`);
  };
}

/** A whole number between two others, both included. */
export function wholeNumber(min: number, max: number): Parser<number> {
  return (value, object) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw invalidInput(object, `it is not a whole number from ${String(min)} to ${String(max)}`);
  };
}

/** True or false. */
export const flag: Parser<boolean> = (value, object) => {
  if (typeof value === 'boolean') return value;
  throw invalidInput(object, 'it is neither true nor false');
};

/** One of a few words. */
export function oneOf<const T extends string>(...words: readonly T[]): Parser<T> {
  return (value, object) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    throw invalidInput(object, `it is not one of: ${words.join(', ')}`);
  };
}

/** A list with at most `maxLength` entries. */
export function listOf<T>(entry: Parser<T>, maxLength: number): Parser<readonly T[]> {
  return (value, object) => {
    if (!Array.isArray(value) || value.length > maxLength)
      throw invalidInput(object, `it is not a list of at most ${String(maxLength)} entries`);
    return value.map((one: unknown, index) => entry(one, `${object}[${String(index)}]`));
  };
}

/** Any JSON value of at most `maxLength` characters, for what another parser reads later. */
export function json(maxLength: number): Parser<unknown> {
  return (value, object) => {
    if (value !== undefined && isShallow(value) && JSON.stringify(value).length <= maxLength) return value;
    throw invalidInput(object, `it is not a JSON value of at most ${String(maxLength)} characters`);
  };
}

/** How deep objects and lists may be inside each other; what we write has fewer than 20 levels. */
const maxDepth = 64;

/**
 * Whether a JSON value is so shallow that it can be handled. Most code for JSON calls itself for each level, and a message
 * of a few kilobytes can have more levels than the stack.
 */
export function isShallow(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []));
    if (level.length === 0) return true;
  }
  return false;
}

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;

/** Whether a text is an instant, RFC 3339 in UTC, that exists. */
export function isInstant(value: string): boolean {
  return instantPattern.test(value) && !Number.isNaN(Date.parse(value));
}

/** An instant, RFC 3339 in UTC, as `toISOString` writes it. */
export const instant: Parser<string> = matching(instantPattern, 'an instant in UTC, such as 2026-01-02T03:04:05.000Z');

/** The refusal of an input; it is a verdict and never retried. */
export function invalidInput(object: string, why: string): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', { message: `the input is not valid: ${why}`, object, why });
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 80));
}
