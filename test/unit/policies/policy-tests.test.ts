import { beforeAll, describe, expect, test } from '@jest/globals';
import type { RuleBook } from '../../../core/governance/rule-book.js';
import { junitOf } from '../../../core/policy/testing/junit.js';
import { parsePolicyTest } from '../../../core/policy/testing/parse-cases.js';
import { runPolicyTests } from '../../../core/policy/testing/run-cases.js';
import { bookWith } from '../../support/static-rules.js';
import { whyRefused } from '../../support/why-refused.js';

const shop = `apiVersion: lanekeeper.dev/v1
kind: Policy
metadata: { name: shop }
spec:
  gates:
    - { id: demo, type: COMPLIANCE, lanes: [gold], evidence: { kind: demo, per: bundle, maxAge: 2h, signers: { roles: [qa] } }, rule: 'evidence.all(e, e.stars > 3)' }
    - { id: soaked, type: COMPLIANCE, lanes: [gold], soak: { lane: silver, for: 24h } }
    - { id: fast, type: COMPLIANCE, lanes: [gold], metric: { name: ms, atMost: 200, baseline: { atMostTimes: 2 }, signers: { purposes: [build] } } }
    - { id: after-till, type: COMPLIANCE, lanes: [silver], predecessors: { of: [{ lane: gold, product: till }] } }
    - { id: people, type: APPROVAL, lanes: [gold], approvals: { roles: [qa], countForAgents: 2 } }
  overrides:
    - { id: trial, when: transformation.stage == "trial", set: [{ id: soaked, severity: ADVISORY }] }
`;

let book: RuleBook;
beforeAll(async () => {
  book = await bookWith(shop);
});

/** A test of the policy of the shop with cases as lines. */
const testOf = (cases: string, spec = 'policy: shop, now: 2026-03-02T12:00:00Z') =>
  `apiVersion: lanekeeper.dev/v1\nkind: PolicyTest\nmetadata: { name: shop }\nspec:\n  ${spec.replaceAll(', ', '\n  ')}\n  cases:\n${cases
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`;

const run = (cases: string, spec?: string) =>
  runPolicyTests(book, [parsePolicyTest(testOf(cases, spec), 'shop.test.yaml')]);

const good = `- name: everything is there
  lane: gold
  given:
    lanes: { silver: { live: true, liveFor: 26h }, gold: { baseline: [{ kind: metric, values: { ms: 100 } }] } }
    evidence:
      - { kind: demo, age: 119m, signer: { roles: [qa], name: quinn }, values: { stars: 5 } }
      - { kind: metric, values: { ms: 200 } }
    approvals: [{ by: olga, roles: [qa] }]
  expect: { outcome: PASS, gates: { demo: PASS, soaked: PASS, fast: PASS, people: PASS } }`;

describe('a case', () => {
  test('passes where the gates say what it expects', () => {
    expect(run(good).cases).toMatchObject([{ name: 'everything is there', line: 8, outcome: 'PASS', mismatches: [] }]);
  });

  test.each([
    ['older evidence', ['age: 119m', 'age: 2h'], 'demo', 'PENDING', 'at most 2 h is allowed'],
    ['another value', ['stars: 5', 'stars: 3'], 'demo', 'FAIL', 'does not hold'],
    ['a shorter soak', ['liveFor: 26h', 'liveFor: 23h'], 'soaked', 'PENDING', 'for 23 h of 1 d'],
    ['a slower build', ['ms: 200', 'ms: 201'], 'fast', 'FAIL', 'at most 200 is allowed'],
    ['a faster baseline', ['ms: 100', 'ms: 99'], 'fast', 'FAIL', 'at most 2 times the 99'],
    [
      'an author who approves',
      ['given:', 'given:\n    commits: { authors: [olga] }'],
      'people',
      'PENDING',
      'olga is an author',
    ],
    [
      'commits of an agent',
      ['given:', 'given:\n    commits: { agents: [robot] }'],
      'people',
      'PENDING',
      'because agents wrote',
    ],
    [
      'nobody who has signed',
      ['given:', 'given:\n    requester: null'],
      'people',
      'PENDING',
      'nobody has signed the request',
    ],
  ] as const)('fails with %s, and says what is expected, what is, and why', (_what, [from, to], gate, actual, why) => {
    const [report] = run(good.replace(from, to)).cases;
    expect(report?.mismatches.map(({ what }) => what)).toEqual(['outcome', 'verdict']);
    expect(report?.mismatches[1]).toMatchObject({ gate, what: 'verdict', expected: 'PASS', actual });
    expect(report?.mismatches[1]?.explanation).toContain(why);
  });

  test('tells what the rule of a failed gate has read', () => {
    const [report] = run(good.replace('stars: 5', 'stars: 3')).cases;
    expect(report?.mismatches[1]?.reads).toEqual([{ path: 'evidence[0].stars', value: 3 }]);
  });

  test('that expects a part of an explanation fails with another one', () => {
    const expecting = good.replace('people: PASS', 'people: { verdict: PASS, explanation: by quinn }');
    expect(run(expecting).cases[0]?.mismatches).toMatchObject([
      { gate: 'people', what: 'explanation', expected: 'by quinn', actual: 'approved by olga' },
    ]);
  });

  test('expects nothing of a gate because its id is a word of JavaScript', async () => {
    const known = await bookWith(shop.replaceAll('id: people', 'id: constructor'));
    const cases = '- { name: one, lane: gold, expect: { gates: { demo: PENDING } } }';
    const { cases: reports } = runPolicyTests(known, [parsePolicyTest(testOf(cases), 'shop.test.yaml')]);
    expect(reports.map(({ mismatches }) => mismatches.map(({ gate }) => gate))).toEqual([[]]);
  });

  test('takes the stage of its transformation, and compares severities', () => {
    const advisory = good
      .replace('given:', 'given:\n    transformation: { stage: trial }')
      .replace('liveFor: 26h', 'liveFor: 1h')
      .replace('soaked: PASS', 'soaked: { verdict: PENDING, severity: ADVISORY }');
    expect(run(advisory).cases[0]?.mismatches).toEqual([]);
    expect(run(advisory.replace('stage: trial', 'stage: live')).cases[0]?.mismatches).toMatchObject([
      { what: 'outcome', expected: 'PASS', actual: 'OPEN' },
      { gate: 'soaked', what: 'severity', expected: 'ADVISORY', actual: 'BLOCKING' },
    ]);
  });
});

describe('a test with a mistake', () => {
  const silver = (gates: string, given = '{}') =>
    `- { name: n, lane: silver, given: ${given}, expect: { gates: ${gates} } }`;

  test.each([
    [
      'a gate that is not there',
      silver('{ after-til: PASS }'),
      undefined,
      'shop.test.yaml:8:62: there is no gate after-til; did you mean after-till?',
    ],
    [
      'a gate of another lane',
      silver('{ demo: PASS }'),
      undefined,
      'shop.test.yaml:8:62: gate demo does not apply to a promotion into silver; it applies to a promotion into gold',
    ],
    [
      'a waiver of a gate that is not there',
      silver('{ after-till: PASS }', '{ waivers: [{ gate: x, until: 2026-04-01T00:00:00Z }] }'),
      undefined,
      'there is no gate x',
    ],
    [
      'a profile that is not there',
      silver('{ after-till: PASS }'),
      'policy: shop, profile: scrumm, now: 2026-03-02T12:00:00Z',
      'there is no profile scrumm in force; did you mean scrum?',
    ],
    [
      'evidence about nothing that is there',
      silver('{ after-till: PASS }', '{ evidence: [{ kind: k, about: wep }] }'),
      undefined,
      'the bundle has no artifact wep; expected one of: bundle, web; did you mean web?',
    ],
    ['no time', silver('{ after-till: PASS }'), 'policy: shop', 'n has no now, and neither has spec; expected one'],
    ['an unknown word', silver('{ after-till: PASS }', '{ evidense: [] }'), undefined, 'did you mean evidence?'],
    [
      'a verdict that is none',
      silver('{ after-till: PASSED }'),
      undefined,
      'expected PASS, FAIL, PENDING, WAIVED, NOT_APPLICABLE or ERROR',
    ],
    [
      'two cases of one name',
      `${silver('{ after-till: PENDING }')}\n${silver('{ after-till: PENDING }')}`,
      undefined,
      'there are two cases "n"',
    ],
  ])('such as %s is refused with its place', (_what, cases, spec, why) => {
    const refused = whyRefused(() => run(cases, spec));
    expect(refused).toMatch(/^shop\.test\.yaml:\d+:\d+: /);
    expect(refused).toContain(why);
  });
});

describe('coverage', () => {
  test('counts each part of each gate passing and not, each override, and the gates at which no case looks', () => {
    const { coverage } = run(good);
    expect(coverage.gates.map(({ gate, cases }) => `${gate} ${cases}`)).toEqual([
      ...['after-till 0', 'demo 1', 'soaked 1', 'fast 1', 'people 1'],
    ]);
    expect(coverage.gates.find(({ gate }) => gate === 'demo')).toMatchObject({
      terms: [
        { term: 'evidence', passing: true, notPassing: false },
        { term: 'rule', passing: true, notPassing: false },
      ],
      verdicts: [
        { verdict: 'PASS', seen: true },
        { verdict: 'FAIL', seen: false },
        { verdict: 'PENDING', seen: false },
        { verdict: 'ERROR', seen: false },
      ],
    });
    expect(coverage.overrides).toEqual([{ override: 'trial', file: 'file-6.yaml', held: false, notHeld: true }]);
    // Five of twelve parts of gates, and one of two of the override.
    expect(coverage.percent).toBe(Math.floor((100 * 6) / 14));
  });
});

describe('JUnit XML', () => {
  test('has one case for each, and what they say cannot end it', () => {
    const name = `<&>"' ]]> ${String.fromCodePoint(0x1b)}[31m`;
    const cases = good
      .replace('name: everything is there', `name: ${JSON.stringify(name)}`)
      .replace('stars: 5', 'stars: 3');
    const xml = junitOf(run(cases).cases);
    expect(xml).toContain('<testsuite name="shop.test.yaml" tests="1" failures="1" errors="0" skipped="0">');
    expect(xml).toContain('name="&lt;&amp;&gt;&quot;&apos; ]]&gt; \uFFFD[31m"');
    expect(xml).toContain('gate demo: its verdict is FAIL, expected PASS');
    expect(xml.match(/<[^>]+>/g)?.length).toBe(8 + 1);
  });
});
