import { describe, expect, test } from '@jest/globals';
import { EvidenceCache, type VerifiedEvidence } from '../../activities/policy/evidence-cache.js';
import { digestOf } from '../../core/hash.js';

const key = digestOf('key');
const evidence = (kind: string): VerifiedEvidence => ({ kind, attributes: {}, subjects: [] });

/** A cache that was given evidence of each of the kinds, in order. */
function cacheOf(capacity: number, ...kinds: string[]): EvidenceCache {
  const cache = new EvidenceCache(capacity);
  for (const kind of kinds) cache.put('mine', digestOf(kind), key, evidence(kind));
  return cache;
}

const knows = (cache: EvidenceCache, ...kinds: string[]) =>
  kinds.map((kind) => cache.get('mine', digestOf(kind), key)?.kind);

describe('what has been verified', () => {
  test('is remembered for the tenant, the content and the key that signed it, and for no others', () => {
    const cache = cacheOf(10, 'a');
    expect(cache.get('mine', digestOf('a'), key)).toEqual(evidence('a'));
    expect(cache.get('mine', digestOf('a'), digestOf('another key'))).toBeUndefined();
    expect(cache.get('mine', digestOf('b'), key)).toBeUndefined();
    expect(cache.get('theirs', digestOf('a'), key)).toBeUndefined();
  });

  test('is forgotten, oldest first, when there is more than fits', () => {
    expect(knows(cacheOf(2, 'a', 'b', 'c', 'd'), 'a', 'b', 'c', 'd')).toEqual([undefined, undefined, 'c', 'd']);
  });

  test('stays when it was used recently: what was used least recently is forgotten', () => {
    const cache = cacheOf(2, 'a', 'b');
    cache.get('mine', digestOf('a'), key);
    cache.put('mine', digestOf('c'), key, evidence('c'));
    expect(knows(cache, 'a', 'b', 'c')).toEqual(['a', undefined, 'c']);
  });

  test('costs its place once, however often it is verified, and verifying it again is a use', () => {
    const cache = cacheOf(2, 'a', 'b', 'a', 'a');
    expect(knows(cacheOf(2, 'a', 'b', 'b', 'b'), 'a', 'b')).toEqual(['a', 'b']);
    cache.put('mine', digestOf('c'), key, evidence('c'));
    expect(knows(cache, 'a', 'b', 'c')).toEqual(['a', undefined, 'c']);
  });
});
