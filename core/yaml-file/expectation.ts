import type { ErrorObject } from 'ajv/dist/2020.js';
import { didYouMean } from '../did-you-mean.js';

/** What an error of a JSON Schema says about a value, in the words of somebody who writes the file. */
export function expectationOf(error: ErrorObject): string {
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties': {
      const known = Object.keys(propertiesOf(error.parentSchema));
      const typed = String(params['additionalProperty']);
      return `is unknown here; expected one of: ${known.join(', ')}${didYouMean(typed, known)}`;
    }
    case 'required':
    case 'dependentRequired':
      return `has no ${String(params['missingProperty'])}; expected one`;
    case 'type':
      return wrongType(params['type'], error.data);
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}${hintFor(error.data, [params['allowedValue']])}`;
    case 'enum': {
      const allowed: readonly unknown[] = Array.isArray(params['allowedValues']) ? params['allowedValues'] : [];
      return `must be one of: ${allowed.map((one) => JSON.stringify(one)).join(', ')}${hintFor(error.data, allowed)}`;
    }
    case 'pattern':
      return `has an invalid format; expected ${descriptionOf(error.parentSchema) ?? String(params['pattern'])}`;
    case 'anyOf':
    case 'oneOf':
      return 'fits none of the forms that it may have';
    case 'uniqueItems':
      return `names the same twice: entries ${String(params['j'])} and ${String(params['i'])}, counted from 0`;
    default:
      return wrongSize(error.keyword, params['limit']) ?? error.message ?? 'is invalid';
  }
}

/** A value of the wrong size; undefined for what is no keyword of sizes. */
function wrongSize(keyword: string, limit: unknown): string | undefined {
  const count = Number(limit);
  switch (keyword) {
    case 'minProperties':
      return `says too little; expected at least ${String(count)} of its fields`;
    case 'maxProperties':
      return `says too much; expected at most ${String(count)} of its fields`;
    case 'minItems':
      return count === 1
        ? 'is empty; expected at least one entry'
        : `has too few entries; expected at least ${String(count)}`;
    case 'maxItems':
      return `has too many entries; expected at most ${String(count)}`;
    case 'minLength':
      return count === 1 ? 'is empty; expected a text' : `is too short; expected at least ${String(count)} characters`;
    case 'maxLength':
      return `is too long; expected at most ${String(count)} ${count === 1 ? 'character' : 'characters'}`;
    case 'minimum':
      return `is too small; expected ${String(count)} or more`;
    case 'maximum':
      return `is too large; expected ${String(count)} or less`;
    case 'exclusiveMinimum':
      return `is too small; expected more than ${String(count)}`;
    case 'exclusiveMaximum':
      return `is too large; expected less than ${String(count)}`;
    default:
      return undefined;
  }
}

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map of fields',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function wrongType(type: unknown, data: unknown): string {
  const types = (Array.isArray(type) ? type : [type]).map(String);
  const words = types.flatMap((one) => typeWords[one] ?? []).join(' or ');
  // Only in layers over others does null mean something.
  const expected = types.includes('null') ? `${words}, or null to take it away` : words;
  const unquoted =
    types.includes('string') && (typeof data === 'boolean' || typeof data === 'number') ? data : undefined;
  const isQuoted = typeof data === 'string' && !types.includes('string') && isScalarText(data, types);
  // Unless it is compiled with `verbose`, nothing is known of the value.
  if (data === undefined) return `must be ${expected}`;
  const hint =
    unquoted !== undefined ? `; quote it: '${String(unquoted)}'` : isQuoted ? '; write it without quotes' : '';
  return `is ${wordsOf(data)}; expected ${expected}${hint}`;
}

function isScalarText(text: string, types: readonly string[]): boolean {
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return true;
  return (types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(text);
}

function wordsOf(data: unknown): string {
  if (data === null) return 'empty';
  if (Array.isArray(data)) return 'a list';
  switch (typeof data) {
    case 'boolean':
      return String(data);
    case 'number':
      return `the number ${String(data)}`;
    case 'string':
      return 'a text';
    default:
      return 'a map of fields';
  }
}

function hintFor(data: unknown, allowed: readonly unknown[]): string {
  return typeof data === 'string' ? didYouMean(data, allowed.map(String)) : '';
}

function propertiesOf(schema: unknown): object {
  return isRecord(schema) && isRecord(schema['properties']) ? schema['properties'] : {};
}

function descriptionOf(schema: unknown): string | undefined {
  return isRecord(schema) && typeof schema['description'] === 'string' ? schema['description'] : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
