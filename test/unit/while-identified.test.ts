import { describe, expect, jest, test } from '@jest/globals';
import { Occupancy } from '../../apps/api/limits/occupancy.js';
import { whileIdentified } from '../../apps/api/limits/while-identified.js';

describe('a stream', () => {
  test('passes its messages on and ends when they do', async () => {
    const onEnd = jest.fn();
    async function* messages() {
      yield await Promise.resolve(1);
      yield 2;
    }
    const seen = [];
    for await (const one of whileIdentified(messages(), () => Promise.resolve(true), 60_000, onEnd)) seen.push(one);
    expect(seen).toEqual([1, 2]);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  test('ends when its token does not count any more, also while there is nothing to send', async () => {
    const onEnd = jest.fn();
    let closed = false;
    const silent = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<number>>(() => undefined),
        return: () => {
          closed = true;
          return Promise.resolve({ done: true as const, value: undefined });
        },
      }),
    };
    let asked = 0;
    const counts = () => Promise.resolve(++asked < 3);
    const read = whileIdentified(silent, counts, 1, onEnd).next();
    await expect(read).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect([asked, closed]).toEqual([3, true]);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  test('that its reader leaves leaves its place', async () => {
    const onEnd = jest.fn();
    async function* endless() {
      for (;;) yield await Promise.resolve(0);
    }
    for await (const _one of whileIdentified(endless(), () => Promise.resolve(true), 60_000, onEnd)) break;
    expect(onEnd).toHaveBeenCalledTimes(1);
  });
});

describe('places', () => {
  test('are as many as allowed for each user, and one that was left is free, once', () => {
    const places = new Occupancy(2);
    const leave = places.enter('one');
    expect([places.enter('one'), places.enter('one')]).toEqual([expect.any(Function), undefined]);
    expect(places.enter('another')).toBeDefined();
    leave?.();
    leave?.();
    expect([places.enter('one'), places.enter('one')]).toEqual([expect.any(Function), undefined]);
  });
});
