import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../core/hash.js';
import { digestOfPlan, type PlanContent, textOfPlan } from '../../../core/plan/content.js';
import { changesSince } from '../../../core/plan/difference.js';
import { readPlanContent } from '../../../core/plan/read-content.js';
import { approval, evidence, now } from '../../support/policy-facts.js';
import { gateOf, otherBundle, planOf } from '../../support/plan-scene.js';

const tests = gateOf('tests', {
  evidence: { kind: 'test-result', per: 'image', min: 1, maxAgeSeconds: 86_400, signers: { purposes: ['build'] } },
});
const soak = gateOf('soak', { soak: { lane: 'silver', forSeconds: 7_200 } });
const approvals = gateOf('approvals', {
  approvals: { count: 1, roles: ['qa'], distinctRoles: false, separation: ['requester'] },
});
const gates = [tests, soak, approvals];
const seen = {
  evidence: [evidence()],
  lanes: {
    bronze: { live: false, wasLive: false },
    silver: { live: true, wasLive: true, intervals: [{ from: '2026-03-01T11:00:00.000Z' }] },
    gold: { live: false, wasLive: false },
  },
};
const plan = planOf(gates, seen, now);
const later = (ms: number) => new Date(now.getTime() + ms);

/** One part of a plan that is another, with what is said about it. */
const changes: readonly (readonly [string, Partial<PlanContent>])[] = [
  ['it was made for rita, not for tom', { requester: 'tom' }],
  ['the gates come from policy snapshot', { policy: otherBundle }],
  ['the promotion definition is other@2 now, it was default@1', { definition: 'other@2' }],
  ['is live now', { live: otherBundle }],
  ['rules-unknown is said now', { notices: ['rules-unknown'] }],
  [
    'window xmas was put by ops',
    { restrictions: [{ kind: 'window', name: 'xmas', revision: 1, content: otherBundle, by: 'ops' }] },
  ],
  ['window xmas is not to be believed', { problem: 'window xmas is not to be believed' }],
  ['promotion ab12 joined the queue', { queue: [{ id: 'ab12', holds: false }] }],
  ['promotion ab12 has the lane', { queue: [{ id: 'ab12', holds: true }] }],
  ['is to begin 2027', { schedule: { priority: 'normal', notBefore: '2027-01-01T00:00:00.000Z' } }],
  ['has priority high', { schedule: { priority: 'high' } }],
  ['gate tests is no longer asked', { gates: plan.gates.filter(({ gate }) => gate !== 'tests') }],
];

describe('the digest of a plan', () => {
  test('stays the same whenever it is asked for, as long as no verdict changes', () => {
    // The soak ends after an hour, and the test result is too old after 23.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_599_999 }), (ms) => {
        expect(digestOfPlan(planOf(gates, seen, later(ms)))).toBe(digestOfPlan(plan));
      }),
    );
  });

  test('does not depend on the order in which anything is listed', () => {
    const items = [evidence({ id: 'a' }), evidence({ id: 'b' }), evidence({ id: 'c' })];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(items, { minLength: 3 }),
        fc.shuffledSubarray(gates, { minLength: 3 }),
        (e, g) => {
          expect(textOfPlan(planOf(g, { ...seen, evidence: e }, now))).toBe(
            textOfPlan(planOf(gates, { ...seen, evidence: items }, now)),
          );
        },
      ),
    );
  });

  test.each(changes)('is another one where %s', (words, change) => {
    const after = { ...plan, ...change };
    expect(digestOfPlan(after)).not.toBe(digestOfPlan(plan));
    expect(changesSince(plan, after)).toEqual([expect.stringContaining(words)]);
  });

  test('is another one when a verdict changes because time has passed', () => {
    const after = planOf(gates, seen, later(3_600_000));
    expect(changesSince(plan, after)).toEqual(['gate soak was pending and now passes']);
    expect(digestOfPlan(after)).not.toBe(digestOfPlan(plan));
  });

  test('is another one when a gate reads something else, even if it says the same', () => {
    const more = planOf(gates, { ...seen, evidence: [evidence(), evidence({ id: 'new' })] }, now);
    expect(changesSince(plan, more)).toEqual(['gate tests reads something else now, and still passes']);
    const approved = planOf(gates, { ...seen, approvals: [approval('quinn', ['qa'])] }, now);
    expect(changesSince(plan, approved)).toEqual(['gate approvals was pending and now passes']);
    const signer = { ...seen, evidence: [evidence({ problem: 'its signature does not verify' })] };
    expect(changesSince(plan, planOf(gates, signer, now))).toEqual(['gate tests passed and now cannot be judged']);
  });
});

describe('what has changed since a plan', () => {
  test('is nothing where nothing has', () => {
    expect(changesSince(plan, planOf(gates, seen, now))).toEqual([]);
  });

  test('says only that it is about something else where it is', () => {
    const about = { ...plan, bundle: otherBundle, requester: 'tom', gates: [] };
    expect(changesSince(plan, about)).toEqual([expect.stringMatching(/^it is a plan of bundle \w+, not of \w+$/)]);
    expect(changesSince(plan, { ...plan, lane: 'silver' })).toEqual(['it is a plan for lane gold, not silver']);
    expect(changesSince(plan, { ...plan, tenant: 'other' })).toEqual(['it is a plan of another tenant']);
  });
});

describe('the kept content of a plan', () => {
  test('is read as it was written', () => {
    const full = changes.reduce((all, [, change]) => ({ ...all, ...change }), plan);
    expect(readPlanContent(textOfPlan(full))).toEqual(full);
    expect(digestOf(textOfPlan(full))).toBe(digestOfPlan(full));
  });

  test('is refused where it is anything else, whatever that is', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(() => readPlanContent(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
      }),
    );
    expect(() => readPlanContent('{')).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});
