import { describe, expect, test } from '@jest/globals';
import { evaluateGates } from '../../core/policy/evaluate.js';
import type { PolicyFacts, Waiver } from '../../core/policy/facts.js';
import type { Gate } from '../../core/policy/model.js';
import { approval, evidence, facts, now } from '../support/policy-facts.js';

const gate: Gate = {
  id: 'release-ready',
  type: 'DEFINITION_OF_DONE',
  lanes: ['gold'],
  kinds: ['PROMOTION'],
  severity: 'BLOCKING',
  evidence: { kind: 'test-result', per: 'image', min: 1, signers: { purposes: ['build'] } },
  rule: 'evidence.all(e, e.result == "PASSED")',
  approvals: { count: 1, roles: ['qa'], distinctRoles: false, separation: ['requester', 'author'] },
  message: 'make it ready',
};

function evaluate(given: Partial<PolicyFacts>, changed: Partial<Gate> = {}) {
  const snapshot = { policy: 'p', product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
  const evaluated = evaluateGates({ ...snapshot, gates: [{ ...gate, ...changed }] }, facts(given), now);
  const [result] = evaluated.results;
  if (result === undefined) throw new Error('the gate was not evaluated');
  return { ...evaluated, result };
}

const tested = { evidence: [evidence()] };
const approved = { approvals: [approval('quinn', ['qa'])] };
const list = { kind: 'evidence', id: 'list' };

describe('a gate', () => {
  test('passes when each of its parts does, and rests on all that they rest on', () => {
    const { result, outcome } = evaluate({ ...tested, ...approved });
    expect(outcome).toBe('PASS');
    expect(result).toEqual({
      gate: 'release-ready',
      severity: 'BLOCKING',
      verdict: 'PASS',
      explanation: 'approved by quinn',
      clauses: [
        { term: 'evidence', verdict: 'PASS', explanation: '1 found, signed by builder' },
        { term: 'rule', verdict: 'PASS', explanation: 'the rule holds' },
        { term: 'approvals', verdict: 'PASS', explanation: 'approved by quinn' },
      ],
      reliedOn: [{ kind: 'evidence', id: 'e' }, list, { kind: 'approval', id: 'quinn' }],
    });
  });

  test('is what its first open part is, and says what each part says', () => {
    const { result, outcome } = evaluate({ evidence: [evidence({ attributes: { result: 'FAILED' } })] });
    expect(outcome).toBe('OPEN');
    expect(result).toMatchObject({
      verdict: 'FAIL',
      explanation: 'test-result says FAILED',
      next: 'make it ready',
      clauses: [{ verdict: 'PASS' }, { term: 'rule', verdict: 'FAIL' }, { term: 'approvals', verdict: 'PENDING' }],
    });
    expect(result).not.toHaveProperty('waitsFor');
  });

  test('waits for people only when nothing else is missing', () => {
    expect(evaluate(tested)).toMatchObject({ outcome: 'APPROVALS', result: { waitsFor: 'people' } });
    expect(evaluate(approved)).toMatchObject({ outcome: 'OPEN', result: { waitsFor: 'evidence' } });
    expect(evaluate({}).outcome).toBe('OPEN');
    const unknown = { ...facts().bundle.commits, since: 'a'.repeat(40), problem: 'its history is not known' };
    expect(evaluate({ ...tested, bundle: { ...facts().bundle, commits: unknown } })).toMatchObject({
      outcome: 'OPEN',
      result: { waitsFor: 'identities' },
    });
  });

  test('says nothing about a rule while the evidence that it is about is missing', () => {
    expect(evaluate(approved).result.clauses.map(({ term }) => term)).toEqual(['evidence', 'approvals']);
  });

  test('rests on the lists of commits where it asks who wrote them', () => {
    expect(evaluate(tested).result.reliedOn).toContainEqual(list);
    const anybody = { ...gate.approvals, count: 1, roles: ['qa'], distinctRoles: false, separation: [] };
    expect(evaluate(tested, { approvals: anybody }).result.reliedOn).not.toContainEqual(list);
  });
});

describe('a notice', () => {
  const changes = {
    ...tested,
    approvals: [
      approval('quinn', ['qa']),
      approval('paul', ['qa'], { verb: 'request-changes', comment: 'rename it', attestationId: 'paul-asks' }),
    ],
  };

  test('that somebody asks for changes holds the promotion although every gate passes, whatever is waived', () => {
    const waivers = [{ gate: 'changes-requested', until: '2027-01-01T00:00:00Z', explanation: 'never mind' }];
    expect(evaluate({ ...changes, waivers })).toMatchObject({
      result: { verdict: 'PASS' },
      outcome: 'OPEN',
      reason: 'changes-requested: paul asks for changes: rename it',
      notices: [
        {
          notice: 'changes-requested',
          holds: true,
          next: expect.stringContaining('ask paul to approve'),
          reliedOn: [{ kind: 'approval', id: 'paul-asks' }],
        },
      ],
    });
  });
});

describe('a waiver', () => {
  const waiver: Waiver = {
    gate: 'release-ready',
    until: '2026-03-01T12:00:01Z',
    explanation: 'waived by exception 7 until the fair is over',
  };

  test('lets an open gate hold nothing, and keeps what it is by itself, until the waiver ends', () => {
    const { result, outcome, recheckAt } = evaluate({ ...approved, waivers: [waiver] });
    expect(outcome).toBe('PASS');
    expect(result).toMatchObject({
      verdict: 'WAIVED',
      rawVerdict: 'PENDING',
      explanation: expect.stringMatching(/^waived by exception 7 until the fair is over; without that: no test-result/),
      clauses: [
        { term: 'evidence', verdict: 'PENDING' },
        { term: 'approvals', verdict: 'PASS' },
      ],
    });
    expect(result).not.toHaveProperty('next');
    expect(recheckAt).toBe(waiver.until);
    const ended = { ...waiver, until: now.toISOString() };
    expect(evaluate({ ...approved, waivers: [ended] }).result.verdict).toBe('PENDING');
  });

  test.each([
    ['passes', { ...tested, ...approved }, 'PASS'],
    ['could not be judged', { evidence: [evidence({ problem: 'the blob was changed' })], ...approved }, 'ERROR'],
    ['is another one', { ...approved, waivers: [{ ...waiver, gate: 'another' }] }, 'PENDING'],
  ] as const)('changes nothing at a gate that %s', (_which, given, verdict) => {
    const { result } = evaluate({ waivers: [waiver], ...given });
    expect(result.verdict).toBe(verdict);
    expect(result).not.toHaveProperty('rawVerdict');
  });
});
