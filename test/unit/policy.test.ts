import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { digestOf, digestOfJson } from '../../core/hash.js';
import { tallyApprovals } from '../../core/policy/approvals.js';
import { evaluateGates } from '../../core/policy/evaluate.js';
import type { ApprovalFact, PolicyFacts } from '../../core/policy/facts.js';
import type { Gate } from '../../core/policy/model.js';
import { parsePolicy } from '../../core/policy/parse.js';
import { resolveSnapshot } from '../../core/policy/resolve.js';
import { approval, bundle, evidence, facts, image, now } from '../support/policy-facts.js';

const sdk = digestOf('sdk');

const gate: Gate = {
  id: 'tests',
  type: 'TESTS',
  lanes: ['gold'],
  kinds: ['PROMOTION'],
  severity: 'BLOCKING',
  evidence: { kind: 'test-result', per: 'image', min: 1, maxAgeSeconds: 7_200, signers: { purposes: ['build'] } },
  rule: 'evidence.all(e, e.result == "PASSED")',
  message: 'run them for {bundle}',
};

function verdictOf(changes: Partial<Gate>, given: PolicyFacts): string {
  const { evidence: rule, ...rest } = { ...gate, ...changes };
  const evaluated = evaluateGates(
    {
      policy: 'p',
      product: 'shop',
      lane: 'gold',
      kind: 'PROMOTION',
      gates: [{ ...rest, ...(rule !== undefined && { evidence: rule }) }],
    },
    given,
    now,
  );
  return evaluated.results[0]?.verdict ?? 'none';
}

describe('a gate', () => {
  test.each([
    ['passes with recent evidence from a trusted key', 'PASS', evidence()],
    ['is pending with evidence of the right kind about another digest', 'PENDING', evidence({ subjects: [bundle] })],
    [
      'is pending with evidence that has just reached the maximum age',
      'PENDING',
      evidence({ registeredAt: '2026-03-01T10:00:00Z' }),
    ],
    [
      'is pending with recent evidence of tests that ran too long ago',
      'PENDING',
      evidence({ testedAt: '2026-03-01T10:00:00.000Z' }),
    ],
    [
      'passes with recent evidence of tests that ran not too long ago',
      'PASS',
      evidence({ testedAt: '2026-03-01T10:00:00.001Z' }),
    ],
    [
      'passes with evidence of tests by a clock that is a minute ahead',
      'PASS',
      evidence({ testedAt: '2026-03-01T11:01:00.000Z' }),
    ],
    [
      'is pending with old evidence of tests that claim to be newer',
      'PENDING',
      evidence({ registeredAt: '2026-03-01T10:00:00Z', testedAt: '2026-03-01T10:01:00.000Z' }),
    ],
    ['is pending with evidence of tests in the future', 'PENDING', evidence({ testedAt: '2026-03-01T11:01:00.001Z' })],
    ['is pending with evidence of tests at no time', 'PENDING', evidence({ testedAt: 'yesterday' })],
    [
      'is pending with evidence from an untrusted signer',
      'PENDING',
      evidence({ signer: { keyId: image, principal: 'bob', purpose: 'person', roles: ['qa'] } }),
    ],
    ['fails with evidence that says FAILED', 'FAIL', evidence({ attributes: { result: 'FAILED' } })],
    ['is in error with damaged evidence', 'ERROR', evidence({ problem: 'the blob was changed' })],
    ['is in error, and does not pass, when its rule reads a missing attribute', 'ERROR', evidence({ attributes: {} })],
  ])('%s', (_what, verdict, item) => {
    expect(verdictOf({}, facts({ evidence: [item] }))).toBe(verdict);
  });

  test('sees where a bundle comes from: its repository, revision, tree and author', () => {
    const rule = [
      'bundle.source.repository.startsWith("https://git.example.com/")',
      `bundle.source.revision == "${'a'.repeat(40)}" && bundle.source.tree == "${'e'.repeat(40)}"`,
      'bundle.source.author.email == "a@example.com"',
    ].join(' && ');
    expect(verdictOf({ rule }, facts({ evidence: [evidence()] }))).toBe('PASS');
    expect(verdictOf({ rule: `!(${rule})` }, facts({ evidence: [evidence()] }))).toBe('FAIL');
  });

  test('is in error when its rule does not return a boolean', () => {
    expect(verdictOf({ rule: '1 + 1' }, facts({ evidence: [evidence()] }))).toBe('ERROR');
  });

  test.each([
    ['sdk', 'nothing', 'PENDING'],
    ['sdk', 'web', 'PENDING'],
    ['sdk', 'client', 'PASS'],
    ['artifact', 'web', 'PENDING'],
    ['artifact', 'client', 'PENDING'],
    ['artifact', 'web and client', 'PASS'],
    ['image', 'web', 'PASS'],
  ] as const)('per %s, with evidence about %s, is %s', (per, about, verdict) => {
    const given = facts({
      bundle: {
        ...facts().bundle,
        artifacts: [...facts().bundle.artifacts, { kind: 'sdk', name: 'client', digest: sdk }],
      },
      evidence: [
        ...(about.includes('web') ? [evidence({ subjects: [image] })] : []),
        ...(about.includes('client') ? [evidence({ subjects: [sdk] })] : []),
      ],
    });
    const rule = { kind: 'test-result', per, min: 1, signers: { purposes: ['build'] } } as const;
    expect(verdictOf({ evidence: rule }, given)).toBe(verdict);
    expect(verdictOf({ evidence: rule, rule: 'bundle.sdks.all(s, s.name == "client")' }, given)).toBe(verdict);
  });

  test('does not apply when the bundle has nothing that it is about', () => {
    expect(verdictOf({}, facts({ bundle: { ...facts().bundle, artifacts: [] } }))).toBe('NOT_APPLICABLE');
  });

  test('says when time alone can change its verdict, and what to do next, with the ids filled in', () => {
    const snapshot = { policy: 'p', product: 'shop', lane: 'gold', kind: 'PROMOTION', gates: [gate] } as const;
    expect(evaluateGates(snapshot, facts({ evidence: [evidence()] }), now).recheckAt).toBe('2026-03-01T13:00:00.000Z');
    const older = facts({ evidence: [evidence({ testedAt: '2026-03-01T10:30:00.000Z' })] });
    expect(evaluateGates(snapshot, older, now).recheckAt).toBe('2026-03-01T12:30:00.000Z');
    expect(evaluateGates(snapshot, facts(), now).results[0]?.next).toBe(`run them for ${bundle.slice(7, 19)}`);
  });

  test.each([
    ['2026-02-01T10:00:00.000Z', 'its tests ran 28 days ago, but at most 2 h is allowed'],
    ['2026-03-02T10:00:00.000Z', 'it claims that its tests ran at 2026-03-02T10:00:00.000Z, after it was registered'],
  ])('says why evidence of tests at %s does not count', (testedAt, why) => {
    const snapshot = { policy: 'p', product: 'shop', lane: 'gold', kind: 'PROMOTION', gates: [gate] } as const;
    const [result] = evaluateGates(snapshot, facts({ evidence: [evidence({ testedAt })] }), now).results;
    expect(result?.explanation).toContain(why);
  });

  test('that is only advisory never blocks a promotion', () => {
    const snapshot = {
      policy: 'p',
      product: 'shop',
      lane: 'gold',
      kind: 'PROMOTION',
      gates: [{ ...gate, severity: 'ADVISORY' }],
    } as const;
    expect(evaluateGates(snapshot, facts(), now).outcome).toBe('PASS');
  });
});

describe('approvals', () => {
  const rule = {
    count: 2,
    roles: ['qa', 'product-owner'],
    distinctRoles: true,
    separation: ['requester', 'author'],
  } as const;
  const tally = (...approvals: ApprovalFact[]) => tallyApprovals({ approvals: rule }, facts({ approvals }));

  test('by two people count when each can represent a different role, whatever the order', () => {
    expect(tally(approval('a', ['qa', 'product-owner']), approval('b', ['qa'])).missing).toBe(0);
    expect(tally(approval('b', ['qa']), approval('a', ['qa', 'product-owner'])).missing).toBe(0);
    expect(tally(approval('a', ['qa']), approval('b', ['qa'])).missing).toBe(1);
  });

  test('by the requester, by the author, by one person twice, or about something else do not count', () => {
    expect(tally(approval('rita', ['qa']), approval('anna', ['product-owner'])).missing).toBe(2);
    expect(tally(approval('a', ['qa', 'product-owner']), approval('a', ['qa', 'product-owner'])).missing).toBe(1);
    expect(
      tally(approval('a', ['qa'], { bundleDigest: image }), approval('b', ['product-owner'], { policyDigest: image }))
        .missing,
    ).toBe(2);
  });

  test('never count more people than approved, nor more than there are roles', () => {
    const roles = fc.subarray(['qa', 'product-owner', 'developer']);
    const person = fc
      .tuple(fc.constantFrom('a', 'b', 'c', 'd', 'rita', 'anna'), roles)
      .map(([name, held]) => approval(name, held));
    fc.assert(
      fc.property(fc.array(person, { maxLength: 8 }), (approvals) => {
        const { counted } = tally(...approvals);
        expect(counted.length).toBeLessThanOrEqual(Math.min(2, new Set(approvals.map((each) => each.principal)).size));
        expect(counted.some((each) => each.principal === 'rita' || each.principal === 'anna')).toBe(false);
      }),
    );
  });
});

describe('a policy file', () => {
  test('that is the default has gates for each lane and one for rollbacks', async () => {
    const policy = parsePolicy(
      await readFile(join(import.meta.dirname, '../../policies/default.yaml'), 'utf8'),
      'default.yaml',
    );
    const count = (lane: 'bronze' | 'silver' | 'gold') =>
      resolveSnapshot({ policies: [policy] }, { product: 'shop', lane, kind: 'PROMOTION' }).snapshot.gates.length;
    expect([count('bronze'), count('silver'), count('gold')]).toEqual([5, 7, 9]);
    const rollback = resolveSnapshot({ policies: [policy] }, { product: 'shop', lane: 'gold', kind: 'ROLLBACK' });
    expect(rollback.snapshot.gates.map((each) => each.id)).toEqual(['rollback-right']);
  });

  test('says of each value in which line it is written, or that it is a default', async () => {
    const text = await readFile(join(import.meta.dirname, '../../policies/default.yaml'), 'utf8');
    const context = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
    const { snapshot, sources } = resolveSnapshot({ policies: [parsePolicy(text, 'default.yaml')] }, context);
    const sourceOf = (gate: string, field: string) =>
      sources.find((source) => source.gate === gate && source.field === field);
    const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;
    expect(sourceOf('preview-check', 'evidence.maxAge')).toEqual({
      ...{ gate: 'preview-check', field: 'evidence.maxAge', value: '"24h"' },
      ...{ file: 'default.yaml', line: lineOf('maxAge: 24h') },
    });
    expect(sourceOf('preview-check', 'severity')).toEqual({
      ...{ gate: 'preview-check', field: 'severity', value: '"BLOCKING"' },
    });
    expect(sourceOf('two-person-approval', 'approvals.count')?.line).toBe(lineOf('count: 2'));
    expect(new Set(sources.map(({ gate }) => gate))).toEqual(new Set(snapshot.gates.map(({ id }) => id)));
    expect(sourceOf('rollback-right', 'rule')).toBeUndefined();
  });

  test('that repeats a value by an alias says where the alias is', () => {
    const text = file(
      '    - &a { id: a, type: TESTS, message: m, lanes: &l [gold], rule: "true" }\n    - { id: b, type: TESTS, message: m, lanes: *l, rule: "true" }',
    );
    const context = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
    const { sources } = resolveSnapshot({ policies: [parsePolicy(text, 'p.yaml')] }, context);
    const lines = sources.filter(({ field }) => field === 'lanes');
    expect(lines.map(({ line, value }) => [line, value])).toEqual([
      [6, '["gold"]'],
      [7, '["gold"]'],
    ]);
  });

  test('has the same digest wherever its values are written', () => {
    const context = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
    const gates = (text: string) => resolveSnapshot({ policies: [parsePolicy(text, 'p.yaml')] }, context);
    const plain = gates(file('    - { id: a, type: TESTS, message: m, rule: "true" }'));
    const spelled = gates(file('\n\n    - { id: a, type: TESTS, message: m, rule: "true", severity: BLOCKING }'));
    expect(digestOfJson(spelled.snapshot)).toBe(digestOfJson(plain.snapshot));
    expect(spelled.sources).not.toEqual(plain.sources);
  });

  const file = (gates: string) =>
    `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: p }\nspec:\n  gates:\n${gates}`;
  test.each([
    ['a gate that would always pass', file('    - { id: a, type: COMPLIANCE, message: m }'), 'would always pass'],
    ['a rule that is not CEL', file('    - { id: a, type: TESTS, message: m, rule: "1 +" }'), 'is not CEL'],
    [
      'an unknown field',
      file('    - { id: a, type: TESTS, message: m, rule: "true", sevrity: BLOCKING }'),
      'spec.gates[0].sevrity is unknown here; expected one of: id, type, lanes, kinds, severity',
    ],
    [
      'two gates with the same id',
      file(
        '    - { id: a, type: TESTS, message: m, rule: "true" }\n    - { id: a, type: TESTS, message: m, rule: "true" }',
      ),
      'duplicate gate',
    ],
    ['text that is not YAML', 'a: [', 'default.yaml'],
  ])('with %s is refused', (_what, text, why) => {
    let refusal = '';
    try {
      parsePolicy(text, 'default.yaml');
    } catch (error) {
      const { message, why: reason } = error as { message: string; why?: string };
      refusal = `${message} ${reason ?? ''}`;
    }
    expect(refusal).toContain(why);
  });
});
