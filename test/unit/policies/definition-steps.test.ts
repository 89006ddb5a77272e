import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDefinition } from '../../../core/governance/definition.js';
import { lookUp } from '../../../core/governance/rule-book.js';
import { lanes } from '../../../core/lanes.js';
import { pinnedSteps, stepsToTake } from '../../../core/promotion/lane-steps.js';
import { wordsOfSteps } from '../../../core/promotion/step-words.js';
import { takingSteps } from '../../../core/promotion/state.js';
import { bookWith } from '../../support/static-rules.js';
import { whyRefused } from '../../support/why-refused.js';

/** A definition with these steps in a lane, which begin at line 6, column 22 of bronze. */
const withSteps = (steps: string, lane = 'bronze') => `apiVersion: lanekeeper.dev/v1
kind: PromotionDefinition
metadata: { name: shop }
spec:
  lanes:
    ${lane}: { steps: ${steps} }
`;
const refusal = (text: string) => whyRefused(() => parseDefinition(text, 'd.yaml'));
const wordsOf = (text: string) =>
  wordsOfSteps(stepsToTake(parseDefinition(text, 'd.yaml').lanes.bronze ?? {}, 'PROMOTION'));

describe('the steps of a lane', () => {
  test.each([
    ['[guard, deploy, verify]', 'guard, deploy, verify'],
    ['[deploy, verify]', 'deploy, verify'],
    ['[deploy, { verify: { within: 30s } }]', 'deploy, verify within 30 s'],
    ['[guard, deploy, { verify: { within: 10m } }]', 'guard, deploy, verify within 600 s'],
  ])('are read: %s', (steps, words) => {
    expect(wordsOf(withSteps(steps))).toBe(words);
  });

  test('are guard, deploy and verify where nothing is said', () => {
    expect(wordsOf(withSteps('[guard, deploy, verify]').replace('steps: [guard, deploy, verify]', ''))).toBe(
      'guard, deploy, verify',
    );
  });

  test.each([
    [
      '[guard, depoly, verify]',
      'd.yaml:6:30: there is no step depoly; expected one of: guard, deploy, verify; did you mean deploy?',
    ],
    [
      '[guard, deploy, { verfy: { within: 5s } }]',
      'd.yaml:6:40: there is no step verfy; expected one of: guard, deploy, verify; did you mean verify?',
    ],
    [
      '[guard, verify]',
      'd.yaml:6:15: deploy is missing, without which no lane is taken; write all of: guard, deploy, verify',
    ],
    [
      '[guard, deploy]',
      'd.yaml:6:15: verify is missing, without which no lane is taken; write all of: guard, deploy, verify',
    ],
    ['[deploy, guard, verify]', 'd.yaml:6:31: guard stands after deploy; the order is guard, deploy, verify'],
    ['[deploy, deploy, verify]', 'd.yaml:6:31: deploy is named twice; each step is taken once'],
    ['[deploy, { verify: { within: 11m } }]', 'd.yaml:6:33: within 11m is too long: 1s to 10m'],
    ['[{ deploy: { within: 5s } }, verify]', 'd.yaml:6:25: within is said of verify alone, and not of deploy'],
    [
      '[deploy, { verify: { within: soon } }]',
      'd.yaml:6:43: spec.lanes.bronze.steps[1].verify.within has an invalid format; expected how long',
    ],
    ['[deploy, { verify: { wihtin: 5s } }]', 'did you mean within?'],
    ['[]', 'd.yaml:6:15: '],
    ['[deploy, 5, verify]', 'd.yaml:6:31: '],
  ])('are refused with their place: %s', (steps, why) => {
    expect(refusal(withSteps(steps))).toContain(why);
  });

  test('always begin with the guard in gold', () => {
    expect(refusal(withSteps('[deploy, verify]', 'gold'))).toContain(
      'd.yaml:6:13: guard is missing, which gold never goes without; write all of: guard, deploy, verify',
    );
    expect(refusal(withSteps('[guard, deploy, verify]', 'gold'))).toBe('');
  });

  test('are some of guard, deploy and verify, once and in order, or refused with a place, whatever is written', () => {
    const name = fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...takingSteps) }, fc.stringMatching(/^[a-z]{1,8}$/));
    const written = fc.oneof(
      name,
      fc.tuple(name, fc.integer({ min: 1, max: 700 })).map(([step, s]) => ({ [step]: { within: `${s}s` } })),
    );
    fc.assert(
      fc.property(fc.array(written, { maxLength: 5 }), fc.constantFrom(...lanes), (steps, lane) => {
        const text = withSteps(JSON.stringify(steps), lane);
        const why = refusal(text);
        if (why !== '') {
          expect(why).toMatch(/^d\.yaml:6:\d+: /);
          return;
        }
        const read = (parseDefinition(text, 'd.yaml').lanes[lane]?.steps ?? []).map(({ step }) => step);
        const wanted = takingSteps.filter((step) => step !== 'guard' || read.includes('guard'));
        expect(read).toEqual(wanted);
        expect(lane !== 'gold' || read.includes('guard')).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is pinned of them', () => {
  test('is nothing where they are the usual ones, so that the digest is that of the gates alone', () => {
    const of = (steps: string) => parseDefinition(withSteps(steps), 'd.yaml').lanes.bronze ?? {};
    expect(pinnedSteps(of('[guard, deploy, verify]'), 'PROMOTION')).toEqual({});
    expect(pinnedSteps(of('[deploy, verify]'), 'PROMOTION')).toEqual({
      steps: [{ step: 'deploy' }, { step: 'verify' }],
    });
    // A rollback has no guard anyway.
    expect(pinnedSteps(of('[deploy, verify]'), 'ROLLBACK')).toEqual({});
    expect(pinnedSteps(of('[guard, deploy, { verify: { within: 5s } }]'), 'ROLLBACK')).toEqual({
      steps: [{ step: 'deploy' }, { step: 'verify', withinSeconds: 5 }],
    });
  });

  test('are those of the definition that applies to the product', async () => {
    const book = await bookWith(withSteps('[deploy, verify]'));
    expect(lookUp(book, { product: 'shop', lane: 'bronze' }).steps).toEqual([{ step: 'deploy' }, { step: 'verify' }]);
    expect(lookUp(book, { product: 'till', lane: 'bronze' }).steps).toBeUndefined();
  });
});
