import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../core/hash.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import type { PolicyFacts } from '../../../core/policy/facts.js';
import { replay } from '../../../core/policy/replay.js';
import { resolveSnapshot } from '../../../core/policy/resolve.js';
import { scopeOf } from '../../../core/policy/read-scope.js';
import { wantedBy } from '../../../core/policy/wanted.js';
import { judge } from '../../support/judge.js';
import { approval, bundle, evidence, facts, image, now } from '../../support/policy-facts.js';
import { policyWith } from '../../support/rules.js';

const short = bundle.slice(7, 19);
const nowhere = { live: false, wasLive: false };

describe('what to do about a gate whose author has not said it', () => {
  test.each([
    [
      'evidence of a kind',
      'evidence: { kind: usability, per: bundle, signers: { roles: [qa] } }',
      `somebody of qa attaches it: lane evidence attach ${short} --kind usability --value NAME=VALUE`,
    ],
    [
      'a report of tests',
      'evidence: { kind: preview-check, per: bundle, signers: { roles: [qa, developer] } }',
      `somebody of qa, developer attaches it: lane evidence attach ${short} --kind preview-check --report FILE --url ADDRESS`,
    ],
    [
      'any of several kinds',
      'evidence: { anyOf: [{ kind: demo, per: bundle, signers: { roles: [qa] } }, { kind: trial, per: bundle, signers: { roles: [qa] } }] }',
      `somebody of qa attaches it: lane evidence attach ${short} --kind demo --value NAME=VALUE; or somebody of qa attaches it: lane evidence attach ${short} --kind trial --value NAME=VALUE`,
    ],
    [
      'a metric',
      'metric: { name: latency, atMost: 200, signers: { roles: [qa] } }',
      `somebody of qa records it: lane evidence attach ${short} --kind metric --value latency=NUMBER`,
    ],
    ['lanes that come before', 'predecessors: { of: [{ lane: silver }] }', `first: lane promote ${short} --to silver`],
    [
      'some of several lanes that come before',
      'predecessors: { atLeast: 1, of: [{ lane: silver }, { lane: gold, product: till }] }',
      `1 of these has to be live first: lane promote ${short} --to silver; with a bundle of till (lane get bundles --product till): lane promote BUNDLE --to gold`,
    ],
    [
      'a window',
      'window: { zone: UTC, closed: [{ from: "2026-02-28", to: "2026-03-05" }] }',
      'wait until 2026-03-05T00:00:00.000Z',
    ],
    [
      'approvals',
      'approvals: { count: 1, roles: [qa, product-owner] }',
      'somebody of qa, product-owner approves: lane approve PROMOTION',
    ],
  ])('is told by what it asks for: %s', (_what, fields, next) => {
    expect(judge(fields, { promotionId: 'PROMOTION' }).next).toBe(next);
  });

  test('names the roles of which somebody still has to approve', () => {
    const next = (rule: string, ...given: readonly (readonly [string, string[]])[]) =>
      judge(`approvals: { ${rule}, separation: [] }`, {
        ...{ promotionId: 'P' },
        approvals: given.map(([name, roles]) => approval(name, roles)),
      }).next;
    const distinct = 'count: 2, distinctRoles: true, roles: [qa, product-owner, operator]';
    expect(next(distinct)).toBe('2 people of qa, product-owner, operator approve: lane approve P');
    expect(next(distinct, ['quinn', ['qa']])).toBe('somebody of product-owner, operator approves: lane approve P');
    // Quinn can stand for either role: whoever has one of them leaves the other to Quinn.
    expect(next(distinct, ['quinn', ['qa', 'product-owner']])).toBe(
      'somebody of qa, product-owner, operator approves: lane approve P',
    );
    const board = 'count: 3, roles: [qa], allOf: [operator, product-owner]';
    expect(next(board)).toBe('one person of each of operator, product-owner approves: lane approve P');
    expect(next(board, ['olga', ['operator']])).toBe(
      '2 people of qa, operator, product-owner, one of product-owner among them, approve: lane approve P',
    );
    expect(next(board, ['olga', ['operator']], ['quinn', ['qa']])).toBe(
      'somebody of product-owner approves: lane approve P',
    );
  });

  test('is the measuring of what is live where that is what lacks a value', () => {
    const live = digestOf('live');
    const result = judge(
      'metric: { name: latency, baseline: { lane: gold, atMostTimes: 2 }, signers: { roles: [qa] } }',
      {
        evidence: [
          evidence({
            ...{ kind: 'metric', subjects: [bundle], attributes: { latency: 1 } },
            signer: { keyId: image, principal: 'q', purpose: 'person', roles: ['qa'] },
          }),
        ],
        baselines: { gold: { bundle: live, evidence: [] } },
      },
    );
    expect(result.next).toContain(`lane evidence attach ${live.slice(7, 19)} --kind metric --value latency=NUMBER`);
  });

  test('is what its type says where no person can provide what is missing', () => {
    for (const what of [
      'kind: usability, per: image, signers: { roles: [qa] }',
      'kind: provenance, per: bundle, signers: { roles: [qa] }',
      'kind: usability, per: bundle, signers: { purposes: [build] }',
    ])
      expect(judge(`evidence: { ${what} }`).next).toMatch(/^Do what the rule asks for/);
  });
});

describe('what the author of a gate says to do', () => {
  const parts = [
    'checklist: { questions: [{ id: q, ask: Is it?, answer: { const: true } }], roles: [qa] }',
    'metric: { name: latency, atMost: 200, signers: { roles: [qa] } }',
    'predecessors: { of: [{ lane: silver }] }',
    'evidence: { kind: usability, per: bundle, signers: { roles: [qa] } }',
    'approvals: { count: 1, roles: [qa], separation: [] }',
    'soak: { lane: silver, for: 24h }',
  ];

  test.each(parts)('is said whatever it asks for: %s', (part) => {
    expect(judge(`${part}, message: "Ask Petra: {lane}"`).next).toBe('Ask Petra: gold');
  });

  test('comes after what has to be done first: that it is known who may not approve', () => {
    const { requester: _requester, ...unsigned } = facts();
    const own = 'approvals: { count: 1, roles: [qa], separation: [requester] }, message: Ask Petra';
    expect(judgeOver(own, unsigned).next).toBe(`lane promote ${short} --to gold`);
  });
});

function snapshotOf(fields: string) {
  const policy = policyWith([`{ id: g, type: COMPLIANCE, ${fields} }`]);
  return resolveSnapshot({ policies: [policy] }, { product: 'shop', lane: 'gold', kind: 'PROMOTION' }).snapshot;
}

function judgeOver(fields: string, given: PolicyFacts) {
  return evaluateGates(snapshotOf(fields), given, now).results[0]!;
}

describe('a round that was recorded when parts of gates had the first word', () => {
  const asks = (message: string) =>
    `checklist: { questions: [{ id: q, ask: Is it?, answer: { const: true } }], roles: [qa] }${message}`;
  const metric = 'metric: { name: latency, atMost: 200, signers: { roles: [qa] } }';

  test.each([
    ['said itself what to do', asks(', message: Ask Petra'), 'somebody of qa answers: lane evidence attach'],
    ['left it to its type', metric, 'Do what the rule asks for'],
  ])('is replayed as it was: a part that %s', (_what, fields, next) => {
    const snapshot = snapshotOf(fields);
    const given = facts({ lanes: { bronze: nowhere, silver: nowhere, gold: nowhere } });
    const recorded = evaluateGates(snapshot, given, now, [], { advice: 'earlier' });
    expect(recorded.results[0]!.next).toContain(next);
    const decision = { snapshot, facts: given, read: scopeOf(wantedBy(snapshot)), evaluatedAt: now.toISOString() };
    expect(replay({ ...decision, recorded })).toEqual([]);
    const [gate] = recorded.results;
    const forged = { ...recorded, results: [{ ...gate!, next: 'nothing is to be done' }] };
    expect(replay({ ...decision, recorded: forged }).map(({ part }) => part)).toEqual(['gate g']);
  });
});
