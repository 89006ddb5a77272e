import { describe, expect, test } from '@jest/globals';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { LanekeeperError } from '../../core/errors.js';
import { readYamlFile } from '../../core/yaml-file/read.js';

const schema = { type: 'object', properties: { known: { type: 'object' } }, additionalProperties: false };
const compiled = new Ajv2020({ allErrors: true, verbose: true }).compile<object>(schema);

/** The error with which a file is refused. */
function refusalOf(text: string, validate: ValidateFunction<object> = compiled): LanekeeperError {
  try {
    readYamlFile(text, { fileName: 'f.yaml', maxBytes: 300_000, validate, code: 'INVALID_POLICY', next: 'mend it' });
  } catch (error) {
    if (error instanceof LanekeeperError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** Validates as it does, and counts the errors that are looked at. */
function counting(): { readonly validate: ValidateFunction<object>; readonly looked: Set<ErrorObject> } {
  const looked = new Set<ErrorObject>();
  const validate = Object.assign((value: unknown) => {
    const valid = compiled(value);
    validate.errors = (compiled.errors ?? []).map((error) => {
      const { instancePath, ...rest } = error;
      return Object.defineProperty({ ...rest, instancePath }, 'instancePath', {
        get() {
          looked.add(error);
          return instancePath;
        },
      });
    });
    return valid;
  }, compiled);
  return { validate: validate as typeof compiled, looked };
}

describe('a file', () => {
  test('with thousands of mistakes says how many there are, shows twenty with their places, and looks up few', () => {
    const { validate, looked } = counting();
    const error = refusalOf(Array.from({ length: 5_000 }, (_, index) => `x${index}: 1`).join('\n'), validate);
    expect(error.message).toContain('f.yaml has 5000 mistakes');
    const shown = error.detail.why?.split('\n') ?? [];
    expect(shown).toHaveLength(20);
    expect(shown[0]).toContain('f.yaml:1:1: x0 is unknown here');
    expect(looked.size).toBeLessThanOrEqual(100);
  });

  test('is measured in bytes of UTF-8, not in characters', () => {
    const terms = {
      fileName: 'f.yaml',
      maxBytes: 1_000,
      validate: compiled,
      code: 'INVALID_POLICY',
      next: '',
    } as const;
    // Each takes another number of bytes.
    for (const character of ['x', 'é', '👩']) {
      const line = `{}\n# ${character.repeat(995 / Buffer.byteLength(character))}`;
      const full = line.padEnd(line.length + 1_000 - Buffer.byteLength(line), '.');
      expect(() => readYamlFile(full, terms)).not.toThrow();
      expect(() => readYamlFile(`${full}.`, terms)).toThrow(
        expect.objectContaining({ why: expect.stringContaining('longer than 1000 bytes') }),
      );
    }
  });

  test.each([
    ['at its top', 'a: 1\nb: 2\na: 3\n', 'f.yaml:3:1: Map keys must be unique'],
    ['below', 'known:\n  a: { b: 1, "b": 2 }\n', 'f.yaml:2:14: Map keys must be unique'],
    ['in a list', 'known: [{ 1: a, 1: b }]\n', 'f.yaml:1:17: Map keys must be unique'],
  ])('with a key that is there twice %s is refused with its place', (_where, text, why) => {
    expect(refusalOf(text).detail.why).toBe(why);
  });

  const shape = new Ajv2020({ allErrors: true, verbose: true, strict: false }).compile<object>({
    properties: {
      count: { type: ['integer', 'null'], minimum: 1, maximum: 10 },
      rule: { type: 'string', minLength: 1, maxLength: 9 },
      roles: { type: ['array', 'null'], minItems: 1, maxItems: 2, uniqueItems: true },
      many: { type: 'array', minItems: 2 },
      isOn: { type: 'boolean' },
      map: { type: 'object', propertyNames: { pattern: '^[a-z]+$', description: 'small letters' } },
      share: { exclusiveMinimum: 0 },
      kind: { const: 'Policy' },
    },
  });

  test.each([
    ['count: x', 'count is a text; expected a whole number, or null to take it away'],
    ['count: "3"', 'count is a text; expected a whole number, or null to take it away; write it without quotes'],
    ['count: 0', 'count is too small; expected 1 or more'],
    ['count: 11', 'count is too large; expected 10 or less'],
    ['rule: true', "rule is true; expected a text; quote it: 'true'"],
    ['rule: 12', "rule is the number 12; expected a text; quote it: '12'"],
    ['rule: [a]', 'rule is a list; expected a text'],
    ['rule: ""', 'rule is empty; expected a text'],
    ['rule: longer than it', 'rule is too long; expected at most 9 characters'],
    ['roles: []', 'roles is empty; expected at least one entry'],
    ['roles: [a, a]', 'roles names the same twice: entries 0 and 1, counted from 0'],
    ['roles: [a, b, c]', 'roles has too many entries; expected at most 2'],
    ['roles: { a: b }', 'roles is a map of fields; expected a list, or null to take it away'],
    ['many: [1]', 'many has too few entries; expected at least 2'],
    ['isOn: "true"', 'isOn is a text; expected true or false; write it without quotes'],
    ['map: { A1: 1 }', 'map.A1 has an invalid format; expected small letters'],
    ['share: 0', 'share is too small; expected more than 0'],
    ['kind: Polcy', 'kind must be "Policy"; did you mean Policy?'],
  ])('that says %s is told what is wrong in words of its own, and what to write', (text, words) => {
    expect(refusalOf(text, shape).detail.why).toMatch(/^f\.yaml:1:\d+: /);
    expect(refusalOf(text, shape).detail.why?.replace(/^\S+ /, '')).toBe(words);
  });
});
