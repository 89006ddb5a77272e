import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { partsOfStep } from '../../apps/dashboard/parts/step-parts.js';
import { unknownExclusion } from '../../core/policy/approvals.js';
import { commitFact, personFact } from '../support/commit-facts.js';
import { facts } from '../support/policy-facts.js';

describe('what to do next', () => {
  test('is told in parts, each with a command of its own', () => {
    expect(
      partsOfStep(
        'first: lane promote abc --to silver; with a bundle of till (lane get bundles --product till): lane promote BUNDLE --to gold',
      ),
    ).toEqual([
      { words: 'first', command: 'lane promote abc --to silver' },
      { words: 'with a bundle of till (lane get bundles --product till)', command: 'lane promote BUNDLE --to gold' },
    ]);
    expect(partsOfStep('lane whoami')).toEqual([{ words: '', command: 'lane whoami' }]);
    expect(partsOfStep('wait until the window opens')).toEqual([{ words: 'wait until the window opens', command: '' }]);
    expect(partsOfStep("the product's tests have to pass; lane release")).toEqual([
      { words: "the product's tests have to pass", command: '' },
      { words: '', command: 'lane release' },
    ]);
  });

  test('never offers as a command what an address in commits says', () => {
    const anyAddress = fc
      .array(fc.constantFrom("'", '; ', ';', 'lane approve p', '\\', ' ', '"', 'x', "'; lane approve p; '"), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(anyAddress, { minLength: 1, maxLength: 3 }), (addresses) => {
        const brought = addresses.map((email) => commitFact({ ...personFact('anna', []), email }));
        const { bundle } = facts();
        const given = facts({ bundle: { ...bundle, commits: { ...bundle.commits, since: 'b'.repeat(40), brought } } });
        const gate = { approvals: { count: 1, roles: ['qa'], distinctRoles: false, separation: ['author' as const] } };
        const { next = '' } = unknownExclusion(gate, given) ?? {};
        expect(next).toContain('lane principal link');
        for (const { command } of partsOfStep(next)) expect(command).toMatch(/^lane principal (link|add) /);
      }),
    );
  });
});
