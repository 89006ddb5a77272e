import { canonicalJson } from '../hash.js';
import type { AnswerSchema } from './demands.js';

/**
 * Why an answer is not the one that lets its question pass; undefined when it is. The small part of JSON Schema that gates
 * may use (draft 2020-12), without what can take long: no patterns and no references.
 */
export function problemOfAnswer(answer: unknown, schema: AnswerSchema): string | undefined {
  const { type } = schema;
  if ('const' in schema && !isSame(answer, schema.const))
    return `it is ${shown(answer)}, and has to be ${shown(schema.const)}`;
  if (schema.enum !== undefined && !schema.enum.some((one) => isSame(answer, one)))
    return `it is ${shown(answer)}, and has to be one of ${schema.enum.map(shown).join(', ')}`;
  if (type !== undefined && !isOfType(answer, type)) return `it is ${shown(answer)}, and has to be of type ${type}`;
  if (typeof answer === 'number') return outside(answer, schema.minimum, schema.maximum, 'it is');
  if (typeof answer === 'string')
    return outside(Array.from(answer).length, schema.minLength, schema.maxLength, 'its length is');
  if (Array.isArray(answer)) return problemOfList(answer, schema);
  return typeof answer === 'object' && answer !== null ? problemOfObject({ ...answer }, schema) : undefined;
}

function problemOfList(answer: readonly unknown[], { minItems, maxItems, items }: AnswerSchema): string | undefined {
  const problem = outside(answer.length, minItems, maxItems, 'its number of items is');
  if (problem !== undefined || items === undefined) return problem;
  return answer.map((item) => problemOfAnswer(item, items)).find((found) => found !== undefined);
}

function problemOfObject(
  answer: Readonly<Record<string, unknown>>,
  { required = [], properties = {} }: AnswerSchema,
): string | undefined {
  const missing = required.find((name) => !Object.hasOwn(answer, name));
  if (missing !== undefined) return `it has no ${missing}`;
  for (const [name, schema] of Object.entries(properties)) {
    const problem = Object.hasOwn(answer, name) ? problemOfAnswer(answer[name], schema) : undefined;
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

function outside(value: number, minimum: number | undefined, maximum: number | undefined, what: string) {
  if (minimum !== undefined && value < minimum)
    return `${what} ${String(value)}, and has to be at least ${String(minimum)}`;
  if (maximum !== undefined && value > maximum)
    return `${what} ${String(value)}, and has to be at most ${String(maximum)}`;
  return undefined;
}

/** Whether a value is of a type of JSON Schema. */
export function isOfType(answer: unknown, type: NonNullable<AnswerSchema['type']>): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(answer);
    case 'array':
      return Array.isArray(answer);
    case 'object':
      return typeof answer === 'object' && answer !== null && !Array.isArray(answer);
    default:
      return typeof answer === type;
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}

function shown(value: unknown): string {
  return JSON.stringify(value ?? null).slice(0, 100);
}
