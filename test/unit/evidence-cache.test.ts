import { setImmediate as turn } from 'node:timers/promises';
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

describe('attestations that many ask for at once', () => {
  /** A cache of which `ask` asks for an attestation that is verified when `answer` says so. */
  function asked() {
    const cache = new EvidenceCache();
    const begun: string[] = [];
    const answers = new Map<string, { resolve(): void; reject(error: Error): void }>();
    const ask = (kind: string, tenant = 'mine') =>
      cache.verify(tenant, digestOf(kind), key, () => {
        begun.push(`${tenant} ${kind}`);
        return new Promise((resolve, reject) => {
          answers.set(kind, { resolve: () => resolve(evidence(kind)), reject });
        });
      });
    return { cache, begun, ask, answers };
  }

  test('are verified once for all who ask meanwhile, but for each tenant by itself', async () => {
    const { begun, ask, answers } = asked();
    const both = [ask('a'), ask('a')];
    await turn();
    answers.get('a')!.resolve();
    expect(await Promise.all(both)).toEqual([evidence('a'), evidence('a')]);
    const theirs = ask('a', 'theirs');
    await turn();
    answers.get('a')!.resolve();
    await theirs;
    expect(begun).toEqual(['mine a', 'theirs a']);
  });

  test('are verified four at a time, in the order in which they were asked for', async () => {
    const { begun, ask, answers } = asked();
    const all = ['a', 'b', 'c', 'd', 'e', 'f'].map((kind) => ask(kind));
    await turn();
    expect(begun).toEqual(['mine a', 'mine b', 'mine c', 'mine d']);
    for (const kind of ['a', 'b', 'c', 'd']) answers.get(kind)!.resolve();
    await Promise.all(all.slice(0, 4));
    await turn();
    for (const kind of ['e', 'f']) answers.get(kind)!.resolve();
    await Promise.all(all);
    expect(begun.slice(4)).toEqual(['mine e', 'mine f']);
  });

  test('are tried again when they could not be verified', async () => {
    const { cache, begun, ask, answers } = asked();
    const failing = expect(ask('a')).rejects.toThrow('the disk is gone');
    await turn();
    answers.get('a')!.reject(new Error('the disk is gone'));
    await failing;
    expect(cache.get('mine', digestOf('a'), key)).toBeUndefined();
    const again = ask('a');
    await turn();
    answers.get('a')!.resolve();
    await again;
    expect(begun).toEqual(['mine a', 'mine a']);
  });
});
