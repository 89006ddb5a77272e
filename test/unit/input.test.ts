import { describe, expect, test } from '@jest/globals';
import { parseDigest } from '../../core/digest.js';
import { parseName } from '../../core/ids.js';
import {
  flag,
  instant,
  json,
  listOf,
  matching,
  objectOf,
  oneOf,
  optional,
  parseObject,
  text,
  wholeNumber,
} from '../../core/input.js';
import { parseLane } from '../../core/lanes.js';

const fields = {
  tenant: parseName,
  lane: parseLane,
  bundle: parseDigest,
  kind: oneOf('PROMOTION', 'ROLLBACK'),
  note: optional(text(10)),
  parts: listOf(objectOf({ size: wholeNumber(0, 100), route: flag }), 2),
  at: instant,
  request: optional(json(20)),
  revision: matching(/^[0-9a-f]{4}$/, 'a commit'),
};

const valid = {
  tenant: 'default',
  lane: 'gold',
  bundle: `sha256:${'a'.repeat(64)}`,
  kind: 'PROMOTION',
  parts: [{ size: 1, route: true }],
  at: '2026-01-02T03:04:05.000Z',
  revision: 'beef',
};

describe('an input', () => {
  test('that is as expected is read field by field', () => {
    expect(parseObject(valid, 'input', fields)).toEqual(valid);
    expect(parseObject({ ...valid, note: 'hi', request: { a: 1 } }, 'input', fields)).toEqual({
      ...valid,
      note: 'hi',
      request: { a: 1 },
    });
  });

  test.each<[string, unknown, string]>([
    ['is not an object', [valid], 'not a JSON object'],
    ['is null', null, 'not a JSON object'],
    ['has an unknown field', { ...valid, force: true }, 'unknown field "force"'],
    ['has a field of the prototype', JSON.parse('{"__proto__":{},"tenant":"a"}'), 'unknown field "__proto__"'],
    ['lacks a field', { ...valid, kind: undefined }, 'not one of: PROMOTION, ROLLBACK'],
    ['has null where a field may be absent', { ...valid, note: null }, 'not a string of 1 to 10'],
    ['has text that is too long', { ...valid, note: 'x'.repeat(11) }, 'not a string of 1 to 10'],
    ['has a name that is no name', { ...valid, tenant: '../x' }, 'is not a name'],
    ['has a digest that is no string', { ...valid, bundle: 7 }, 'a value of type number is not a digest'],
    ['has a list that is too long', { ...valid, parts: Array(3).fill(valid.parts[0]) }, 'a list of at most 2'],
    ['has an unknown field inside', { ...valid, parts: [{ size: 1, route: true, x: 1 }] }, 'unknown field "x"'],
    ['has a number that is not whole', { ...valid, parts: [{ size: 1.5, route: true }] }, 'a whole number'],
    ['has a word for a flag', { ...valid, parts: [{ size: 1, route: 'yes' }] }, 'neither true nor false'],
    ['has a local time', { ...valid, at: '2026-01-02T03:04:05+01:00' }, 'not an instant'],
    ['has JSON that is too long', { ...valid, request: 'x'.repeat(20) }, 'at most 20 characters'],
    ['has text of another form', { ...valid, revision: 'main' }, 'not a commit'],
  ])('that %s is refused, and the reason says why', (_what, value, reason) => {
    const refused = (() => {
      try {
        return parseObject(value, 'input', fields);
      } catch (error) {
        return error;
      }
    })();
    expect(refused).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining(reason) });
  });
});
