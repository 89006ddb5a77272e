import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { instantInWords } from '../../core/instant-in-words.js';

describe('an instant in words', () => {
  test.each([
    ['2026-12-01T09:00:00.000Z', '2026-12-01 09:00 UTC'],
    ['2026-12-01T09:00:07.120Z', '2026-12-01 09:00:07 UTC'],
    ['2026-12-01T10:30:00+01:00', '2026-12-01 09:30 UTC'],
  ])('%s is written as %s', (written, words) => {
    expect(instantInWords(new Date(written))).toBe(words);
  });

  test('names its zone, has no milliseconds, and is read again as the same second', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true }), (at) => {
        const words = instantInWords(at);
        expect(words).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)? UTC$/);
        expect(Date.parse(words.replace(' UTC', 'Z').replace(' ', 'T'))).toBe(Math.floor(at.getTime() / 1_000) * 1_000);
      }),
    );
  });
});
