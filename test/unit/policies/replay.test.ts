import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Counterfactual, replayUnder, snapshotFor } from '../../../core/policy/counterfactual.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { DecisionPage } from '../../../core/policy/decision-page.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import { takeApart } from '../../../core/policy/fact-sheet.js';
import type { PolicyFacts } from '../../../core/policy/facts.js';
import { Judge } from '../../../core/policy/judge-page.js';
import { parsePolicy } from '../../../core/policy/parse.js';
import { scopeOf } from '../../../core/policy/read-scope.js';
import { type RecordedDecision, replay } from '../../../core/policy/replay.js';
import { wantedBy } from '../../../core/policy/wanted.js';
import { anyFacts } from '../../support/any-facts.js';
import { approval, bundle, evidence, facts, now } from '../../support/policy-facts.js';

const tests =
  '- { id: tests, type: TESTS, evidence: { kind: test-result, per: image, signers: { purposes: [build] } }, rule: "evidence.all(e, e.result == \'PASSED\')" }';
const two =
  '- { id: people, type: APPROVAL, approvals: { count: 2, roles: [qa, product-owner], separation: [requester] } }';

/** The rules of a file with these gates. */
function rules(...gates: readonly string[]) {
  const text = `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: shop }\nspec:\n  gates:\n${gates.map((gate) => `    ${gate}\n`).join('')}`;
  return { policies: [parsePolicy(text, 'shop.yaml')] };
}

/** A decision that was made under these gates. */
function decided(gates: readonly string[], changes: Partial<PolicyFacts> = {}): RecordedDecision {
  const about = { snapshot: { product: 'shop', lane: 'gold', kind: 'PROMOTION' }, facts: facts(changes) } as const;
  const { snapshot, digest } = snapshotFor(rules(...gates), {
    ...about,
    snapshot: { ...about.snapshot, policy: '', gates: [] },
  });
  const approvals = about.facts.approvals.map((one) => ({ ...one, policyDigest: digest }));
  const seen = { ...about.facts, policyDigest: digest, approvals };
  const evaluatedAt = now.toISOString();
  return {
    snapshot,
    facts: seen,
    read: scopeOf(wantedBy(snapshot)),
    evaluatedAt,
    recorded: evaluateGates(snapshot, seen, now),
  };
}

function under(gates: readonly string[], decision: RecordedDecision): Counterfactual {
  return replayUnder(snapshotFor(rules(...gates), decision), decision);
}

/** A decision as it is read from the store. */
function pageOf({ snapshot, facts: of, read, evaluatedAt, recorded }: RecordedDecision): DecisionPage {
  const about = { promotionId: 'p', round: 1, product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
  const sheet = takeApart({ facts: of, read });
  const places = sheet.list.map((digest) => sheet.facts.findIndex((fact) => fact.digest === digest));
  return {
    decisions: [{ ...about, bundle, policyDigest: of.policyDigest, evaluatedAt, recorded, snapshot: 0, facts: places }],
    snapshots: [JSON.stringify(snapshot)],
    facts: sheet.facts.map(({ content }) => content),
  };
}

const passed = { evidence: [evidence()], approvals: [approval('quinn', ['qa']), approval('paula', ['product-owner'])] };

describe('a decision that is replayed', () => {
  test('says what was recorded, byte for byte, whatever its facts were', () => {
    fc.assert(
      fc.property(anyFacts, (some) => {
        expect(replay(decided([tests, two], { evidence: some.evidence, approvals: some.approvals }))).toEqual([]);
      }),
    );
  });

  test('says which part is another than what was recorded', () => {
    const decision = decided([tests, two], passed);
    const recorded = {
      ...decision.recorded,
      outcome: 'OPEN',
      reason: 'another',
      results: decision.recorded.results.slice(1),
    } as const;
    expect(replay({ ...decision, recorded }).map(({ part }) => part)).toEqual(['outcome', 'reason', 'gate tests']);
  });

  test('takes notices as given that no fact says: that a policy was edited, or that its rules were not known', () => {
    const decision = decided([tests], passed);
    const said = { explanation: 'it was so', next: '', reliedOn: [] };
    const edited = { notice: 'policy-edited', holds: false, ...said } as const;
    const unknown = { notice: 'rules-unknown', holds: true, ...said } as const;
    for (const given of [[edited], [unknown], [edited, unknown]]) {
      const recorded = evaluateGates(decision.snapshot, decision.facts, now, given);
      expect(replay({ ...decision, recorded })).toEqual([]);
    }
    const invented = { ...decision.recorded, notices: [{ notice: 'rollback-target', holds: true, ...said } as const] };
    expect(replay({ ...decision, recorded: invented }).map(({ part }) => part)).toEqual(['notice rollback-target']);
  });
});

describe('a decision under a proposed policy', () => {
  test('would have been blocked by a gate that is added, let through by one that is left out, and else is the same', () => {
    const open = decided([tests, two], { evidence: [evidence()] });
    expect(under([tests], open)).toMatchObject({ effect: 'LET_THROUGH', before: 'APPROVALS', after: 'PASS' });
    expect(under([tests], open).gates).toEqual([
      { gate: 'people', before: expect.objectContaining({ verdict: 'PENDING', severity: 'BLOCKING' }), missing: [] },
    ]);
    expect(under([tests, two], decided([tests], { evidence: [evidence()] }))).toMatchObject({
      effect: 'BLOCKED',
      gates: [{ gate: 'people', after: { verdict: 'PENDING', explanation: expect.stringContaining('2 of 2') } }],
    });
    expect(under([tests, two], decided([tests, two], passed))).toEqual({
      effect: 'SAME',
      before: 'PASS',
      after: 'PASS',
      gates: [],
    });
  });

  test('would have been refused where its product does not use the lane, and the others are replayed', () => {
    const decision = decided([tests], { evidence: [evidence()] });
    const unused = new LanekeeperError('UNKNOWN_LANE', {
      message: 'shop does not use the lane gold',
      why: 'it names silver',
    });
    const judge = new Judge(({ product }) => {
      if (product === 'shop') throw unused;
      return rules(tests);
    });
    expect([...judge.judge(pageOf(decision))]).toMatchObject([
      {
        before: 'PASS',
        proposed: { effect: 'BLOCKED', gates: [], refused: 'shop does not use the lane gold: it names silver' },
      },
    ]);
    const elsewhere = { ...decision, snapshot: { ...decision.snapshot, product: 'till' } };
    expect([...judge.judge(pageOf(elsewhere))]).toEqual([]);
  });

  test('counts approvals as given under the proposed gates, unless they were void already', () => {
    const decision = decided([tests, two], passed);
    expect(under([tests, two.replace('people', 'persons')], decision)).toMatchObject({ effect: 'SAME', after: 'PASS' });
    const [first, ...others] = decision.facts.approvals;
    const old = { ...first, policyDigest: bundle } as PolicyFacts['approvals'][number];
    const voided = { ...decision, facts: { ...decision.facts, approvals: [old, ...others] } };
    expect(under([tests, two.replace('people', 'persons')], voided)).toMatchObject({ after: 'APPROVALS' });
  });

  test('tells a severity that is another from a verdict that is', () => {
    const decision = decided([tests, two], { evidence: [evidence()] });
    expect(under([tests, two.replace('type: APPROVAL', 'type: APPROVAL, severity: ADVISORY')], decision)).toMatchObject(
      {
        effect: 'LET_THROUGH',
        gates: [
          { gate: 'people', before: { severity: 'BLOCKING' }, after: { severity: 'ADVISORY', verdict: 'PENDING' } },
        ],
      },
    );
  });
});

describe('a gate that asks for what was not read', () => {
  const scan =
    '- { id: scan, type: SCAN, evidence: { kind: sast-report, per: bundle, signers: { purposes: [build] } } }';

  test('is unknown, and names it; it never passes, and never fails', () => {
    const result = under([tests, scan], decided([tests], passed));
    expect(result).toMatchObject({ effect: 'UNKNOWN', before: 'PASS', after: 'UNKNOWN' });
    expect(result.gates).toEqual([
      {
        gate: 'scan',
        after: { verdict: 'UNKNOWN', severity: 'BLOCKING', explanation: expect.stringContaining('sast-report') },
        missing: ['sast-report'],
      },
    ]);
  });

  test('leaves a decision blocked that another gate blocks, and let through where it is advisory', () => {
    expect(under([tests, two, scan], decided([tests], { evidence: [evidence()] }))).toMatchObject({
      effect: 'BLOCKED',
      after: 'OPEN',
    });
    expect(
      under([tests, scan.replace('type: SCAN', 'type: SCAN, severity: ADVISORY')], decided([tests], passed)),
    ).toMatchObject({ effect: 'SAME', after: 'PASS' });
  });

  test('can ask for other things than evidence, which are as unknown', () => {
    const soak = '- { id: soak, type: COMPLIANCE, soak: { lane: silver, for: 1d } }';
    expect(under([tests, soak], decided([tests], passed))).toMatchObject({
      after: 'UNKNOWN',
      gates: [{ gate: 'soak', missing: ['since when it was live in silver'] }],
    });
  });
});
