import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { evaluateRule } from '../../../core/policy/cel/evaluate.js';
import { explainRule } from '../../../core/policy/cel/explain.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import type { PolicySnapshot } from '../../../core/policy/model.js';
import { evidence, facts, now } from '../../support/policy-facts.js';
import { anyVariables, wellTyped } from '../../support/rules-of-any-kind.js';

const given = {
  evidence: [
    { kind: 'test', result: 'PASSED', passed: 12 },
    { kind: 'scan', result: 'FAILED', share: 0.5, url: null },
    { kind: 'test', result: 'PASSED' },
  ],
  requester: { roles: ['dev', 'qa', 'ops'] },
  lanes: { silver: { wasLive: false }, 'of old': { text: 'x'.repeat(300) } },
  lane: 'gold',
};

const readsOf = (rule: string) => explainRule(rule, given).reads.map(({ path, value }) => [path, value]);

describe('an explanation tells what a rule has read', () => {
  test.each([
    [
      'of a list, up to what decided',
      'evidence.all(e, e.result == "PASSED")',
      [
        ['evidence[0].result', 'PASSED'],
        ['evidence[1].result', 'FAILED'],
      ],
    ],
    [
      'and not what did not matter any more',
      'lanes.silver.wasLive && lane == "gold"',
      [['lanes.silver.wasLive', false]],
    ],
    [
      'in the order in which it did',
      'lane == "x" || lanes.silver.wasLive',
      [
        ['lane', 'gold'],
        ['lanes.silver.wasLive', false],
      ],
    ],
    [
      'of texts in a list',
      'requester.roles.exists(r, r == "qa")',
      [
        ['requester.roles[0]', 'dev'],
        ['requester.roles[1]', 'qa'],
      ],
    ],
    [
      'of what it looks for',
      '"qa" in requester.roles',
      [
        ['requester.roles[0]', 'dev'],
        ['requester.roles[1]', 'qa'],
      ],
    ],
    ['how many there are', 'size(evidence) > 2 && evidence.size() > 1', [['size(evidence)', 3]]],
    [
      'numbers',
      'evidence[0].passed > 3 && evidence[1].share < 1.0',
      [
        ['evidence[0].passed', 12],
        ['evidence[1].share', 0.5],
      ],
    ],
    [
      'what is not there as null',
      'has(evidence[0].url) || has(evidence[1].url)',
      [
        ['evidence[0].url', null],
        ['evidence[1].url', null],
      ],
    ],
    [
      'after what was filtered',
      'evidence.filter(e, e.kind == "scan").all(e, e.result == "PASSED")',
      [
        ['evidence[0].kind', 'test'],
        ['evidence[1].kind', 'scan'],
        ['evidence[2].kind', 'test'],
        ['evidence[1].result', 'FAILED'],
      ],
    ],
    ['of long texts the beginning', 'lanes["of old"].text == ""', [['lanes["of old"].text', `${'x'.repeat(199)}…`]]],
    ['also when it fails', 'evidence[0].other == 1', [['evidence[0].other', null]]],
    ['nothing, when it reads nothing', '1 == 1', []],
  ])('%s: %s', (_what, rule, reads) => {
    expect(readsOf(rule)).toEqual(reads);
  });

  test('at most fifty times', () => {
    const evidence = Array.from({ length: 80 }, (_, index) => ({ number: index }));
    const { reads } = explainRule('evidence.all(e, e.number >= 0)', { evidence });
    expect(reads.length).toBe(50);
    expect(reads.at(-1)).toEqual({ path: 'evidence[49].number', value: 49 });
  });

  test('and yields the same as without it', () => {
    fc.assert(
      fc.property(wellTyped, anyVariables, (rule, variables) => {
        const { reads, ...result } = explainRule(rule, variables);
        expect(result).toEqual(evaluateRule(rule, variables));
        expect(explainRule(rule, variables).reads).toEqual(reads);
        expect(reads.length).toBeLessThanOrEqual(50);
        expect(JSON.parse(JSON.stringify(reads))).toEqual(reads);
      }),
    );
  });
});

describe('a gate tells what its rule has read', () => {
  const snapshot: PolicySnapshot = {
    ...{ policy: 'p', product: 'shop', lane: 'gold', kind: 'PROMOTION' },
    gates: [
      {
        ...{ id: 'tests', type: 'TESTS', lanes: ['gold'], kinds: ['PROMOTION'], severity: 'BLOCKING', message: 'm' },
        evidence: { kind: 'test-result', per: 'image', min: 1, signers: { purposes: ['build'] } },
        rule: 'evidence.all(e, e.result == "PASSED") && !transformation.known && product == "shop"',
      },
    ],
  };
  const ruleOf = (options?: { readonly explain: boolean }) =>
    evaluateGates(snapshot, facts({ evidence: [evidence()] }), now, [], options).results[0]?.clauses.at(-1);

  test('if that is asked for', () => {
    expect(ruleOf({ explain: true })).toEqual({
      ...{ term: 'rule', verdict: 'PASS', explanation: 'the rule holds' },
      reads: [
        { path: 'evidence[0].result', value: 'PASSED' },
        { path: 'transformation.known', value: false },
        { path: 'product', value: 'shop' },
      ],
    });
  });

  test('and otherwise not', () => {
    expect(ruleOf()).toEqual({ term: 'rule', verdict: 'PASS', explanation: 'the rule holds' });
  });
});
