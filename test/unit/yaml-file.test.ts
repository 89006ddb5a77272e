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
});
