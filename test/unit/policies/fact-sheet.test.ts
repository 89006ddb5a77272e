import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, digestOf } from '../../../core/hash.js';
import { type FactSheet, putTogether, takeApart } from '../../../core/policy/fact-sheet.js';
import type { PolicyFacts } from '../../../core/policy/facts.js';
import { anyFacts } from '../../support/any-facts.js';
import { evidence, facts } from '../../support/policy-facts.js';

const read = { kinds: ['decision', 'test-result'], soakLanes: [] };

/** The parsed contents of a list, as they are read again. */
function contentsOf({ facts: named, list }: FactSheet): readonly unknown[] {
  const known = new Map(named.map(({ digest, content }) => [digest, content]));
  return list.map((digest) => JSON.parse(known.get(digest) ?? '') as unknown);
}

describe('facts', () => {
  test('are the same after they were taken apart and put together, whatever is in them', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        expect(putTogether(contentsOf(takeApart({ facts: some, read })))).toEqual({ facts: some, read });
      }),
    );
  });

  test('are each named by the sha256 of their canonical JSON, and stored once', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        const sheet = takeApart({ facts: { ...some, evidence: [...some.evidence, ...some.evidence] }, read });
        for (const { digest, content } of sheet.facts) {
          expect(digestOf(content)).toBe(digest);
          expect(canonicalJson(JSON.parse(content))).toBe(content);
        }
        expect(new Set(sheet.facts.map(({ digest }) => digest)).size).toBe(sheet.facts.length);
        expect(new Set(sheet.list).size).toBe(sheet.facts.length);
      }),
    );
  });

  test('that are equal have one name, whatever else their rounds saw: one more adds itself alone', () => {
    const first = facts({ evidence: [evidence({ id: 'a' }), evidence({ id: 'b' })] });
    const later: PolicyFacts = { ...first, evidence: [...first.evidence, evidence({ id: 'c' })] };
    const known = new Set(takeApart({ facts: first, read }).list);
    const added = takeApart({ facts: later, read }).facts.filter(({ digest }) => !known.has(digest));
    expect(added.map(({ content }) => JSON.parse(content) as unknown)).toEqual([
      { part: 'evidence', value: evidence({ id: 'c' }) },
    ]);
  });

  test('that are undefined are absent, as they are in JSON', () => {
    const { leftOut, ...absent } = facts({ leftOut: { 'test-result': 1 } });
    expect(leftOut).toBeDefined();
    const undefinedOnes = { ...absent, leftOut: undefined, transformation: undefined } as unknown as PolicyFacts;
    expect(takeApart({ facts: undefinedOnes, read })).toEqual(takeApart({ facts: absent, read }));
  });
});
