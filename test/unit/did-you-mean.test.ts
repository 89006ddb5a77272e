import { describe, expect, test } from '@jest/globals';
import { didYouMean, maxCompared, nearest } from '../../core/did-you-mean.js';

describe('the name that was meant', () => {
  test('is the nearest one', () => {
    expect(didYouMean('prevue-chekc', ['review', 'preview-check'])).toBe('; did you mean preview-check?');
    expect(didYouMean('nothing-like-it', ['review'])).toBe('');
  });

  test('is looked for among so many names and no more', () => {
    let read = 0;
    function* names() {
      for (;;) yield `name-${String((read += 1))}`;
    }
    expect(nearest('something-else', names())).toBeUndefined();
    expect(read).toBe(maxCompared + 1);
  });

  test('is not looked for where what was written is too long for a mistake', () => {
    const long = 'x'.repeat(101);
    expect(nearest(long, [`${long}y`])).toBeUndefined();
    expect(nearest(long.slice(1), [long])).toBe(long);
  });
});
