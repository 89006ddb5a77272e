import { describe, expect, test } from '@jest/globals';
import { eventTerms } from '../../core/event/registry.js';
import { concernsOf, wordsOf } from '../../core/event/words.js';

const types = Object.keys(eventTerms);

describe('the registry of method events', () => {
  test.each(types)('has words for %s, also for one that an older version wrote with less in it', (type) => {
    expect(wordsOf({ type, data: {} }).trim()).not.toBe('');
  });

  test('leaves a type that it does not know to stand for itself, and to concern nobody', () => {
    expect(wordsOf({ type: 'moon.landed', data: {} })).toBe('moon.landed');
    expect(wordsOf({ type: 'constructor', data: {} })).toBe('constructor');
    expect(concernsOf({ type: 'moon.landed', data: {} })).toEqual([]);
  });

  test('shows nothing of a field that is no text or number', () => {
    expect(wordsOf({ type: 'evidence.attached', data: { kind: { toString: 'test-result' } } })).toBe(
      'evidence attached: ',
    );
  });

  test('wakes the promotion that another one has moved, and none that has moved itself', () => {
    const data = { from: 'LIVE', to: 'SUPERSEDED', reason: 'superseded' };
    expect(concernsOf({ type: 'promotion.transitioned', data })).toEqual([]);
    expect(concernsOf({ type: 'promotion.transitioned', data: { ...data, by: 'another' } })).toEqual(['promotion']);
  });

  test('wakes those that wait with a bundle, or for its lane, when it goes live', () => {
    const data = { from: 'VERIFYING', to: 'LIVE', reason: 'it serves' };
    expect(concernsOf({ type: 'promotion.transitioned', data })).toEqual(['waiting-with-bundle', 'waiting-for-lane']);
  });

  test('wakes everybody who waits when what a signature counts for has changed', () => {
    const all = types.filter((type) => concernsOf({ type, data: {} }).includes('waiting'));
    expect(all.sort()).toEqual([
      'address.linked',
      'address.unlinked',
      'commit-key.enrolled',
      'commit-key.revoked',
      'principal-key.enrolled',
      'principal-key.revoked',
      'principal.added',
    ]);
    // Those that wait for a window of some roles have passed their gates.
    for (const type of ['roles.granted', 'roles.withdrawn'] as const)
      expect(concernsOf({ type, data: {} })).toEqual(['without-lane']);
  });
});
