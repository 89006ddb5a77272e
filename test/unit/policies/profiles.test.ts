import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../core/hash.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import type { EvidenceFact, MethodArtifactFact, PolicyFacts, TransformationFact } from '../../../core/policy/facts.js';
import { resolveSnapshot } from '../../../core/policy/resolve.js';
import { approval, bundle, facts, image, now } from '../../support/policy-facts.js';
import { defaultPolicy, profileOf } from '../../support/rules.js';

const live = { live: true, wasLive: true };

/** What a build leaves behind, and a test of the preview. */
function released(): EvidenceFact[] {
  const by = { keyId: digestOf('key'), principal: 'builder', purpose: 'build', roles: [] } as const;
  const kinds = ['test-result', 'signature', 'provenance', 'sbom-spdx', 'sbom-cyclonedx', 'preview-check'];
  return kinds.map((kind) => ({
    ...{ id: kind, kind, checksum: digestOf(kind), registeredAt: '2026-03-01T11:00:00Z', signer: by },
    ...{ subjects: [kind === 'preview-check' ? bundle : image], attributes: { result: 'PASSED' } },
  }));
}

/** What somebody with a role has recorded. */
function recorded(kind: string, role: string, more: Partial<EvidenceFact> = {}): EvidenceFact {
  const signer = { keyId: digestOf(role), principal: `the ${role}`, purpose: 'person', roles: [role] } as const;
  const registeredAt = '2026-03-01T11:00:00Z';
  return {
    id: `${kind} by ${role}`,
    kind,
    subjects: [bundle],
    checksum: digestOf(kind),
    registeredAt,
    signer,
    attributes: {},
    ...more,
  };
}

function answered(gate: string, role: string, answers: Record<string, unknown>): EvidenceFact {
  return recorded('checklist', role, { attributes: { checklist: gate }, answers });
}

function transformation(changes: Partial<TransformationFact> = {}): TransformationFact {
  return {
    ...{ known: true, id: 't', name: 'payments', profile: 'scrum', stage: 'build', cadence: 'iteration' },
    ...{ milestones: {}, elements: [], ...changes },
  };
}

function element(kind: MethodArtifactFact['kind'], key: string, state: MethodArtifactFact['state'], phase = '') {
  return { kind, key, title: key, state, timebox: '', phase };
}

/** How the same bundle is judged before gold under a profile; approved by a Product Owner and by QA. */
async function judge(name: 'scrum' | 'safe' | 'togaf', changes: Partial<PolicyFacts> = {}) {
  const context = { product: 'shop', lane: 'gold', kind: 'PROMOTION' } as const;
  const about = changes.transformation === undefined ? {} : { transformation: { ...changes.transformation } };
  const rules = { profile: await profileOf(name), policies: [await defaultPolicy()] };
  const { snapshot } = resolveSnapshot(rules, { ...context, ...about });
  const given = facts({
    lanes: { bronze: live, silver: live, gold: { live: false, wasLive: false } },
    approvals: [approval('olga', ['product-owner']), approval('quinn', ['qa'])],
    ...changes,
    evidence: [...released(), ...(changes.evidence ?? [])],
  });
  const { results, outcome } = evaluateGates(snapshot, given, now);
  const open = results.filter(({ verdict }) => verdict !== 'PASS');
  return { outcome, open: open.map(({ gate, severity, verdict }) => `${severity} ${gate} ${verdict}`), results };
}

describe('the same bundle, tested, signed, approved by two, and judged before gold', () => {
  test('under Scrum waits for the Definition of Done, and for nobody once a developer has answered it', async () => {
    expect(await judge('scrum')).toMatchObject({
      outcome: 'OPEN',
      open: ['BLOCKING definition-of-done PENDING', 'ADVISORY increment-evidence PENDING'],
    });
    const answers = { 'acceptance-criteria-met': true, reviewed: true, documented: true };
    const done = [answered('definition-of-done', 'developer', answers)];
    expect(await judge('scrum', { evidence: done })).toMatchObject({
      outcome: 'PASS',
      open: ['ADVISORY increment-evidence PENDING'],
    });
    const undone = [answered('definition-of-done', 'developer', { ...answers, reviewed: false })];
    const { results } = await judge('scrum', { evidence: undone });
    expect(results.find(({ gate }) => gate === 'definition-of-done')).toMatchObject({
      verdict: 'FAIL',
      explanation: 'reviewed, answered by the developer: it is false, and has to be true',
    });
  });

  test('under Scrum waits for the Product Owner where the product is live, and only there', async () => {
    const answers = { 'acceptance-criteria-met': true, reviewed: true, documented: true };
    const evidence = [answered('definition-of-done', 'developer', answers)];
    const approvals = [approval('rupert', ['release-manager']), approval('quinn', ['qa'])];
    const building = await judge('scrum', { evidence, approvals, transformation: transformation() });
    expect(building.open).toContain('ADVISORY product-owner-acceptance PENDING');
    expect(building.outcome).toBe('PASS');
    const living = await judge('scrum', { evidence, approvals, transformation: transformation({ stage: 'live' }) });
    expect(living.open).toContain('BLOCKING product-owner-acceptance PENDING');
    expect(living.outcome).toBe('APPROVALS');
  });

  test('under SAFe waits for the System Demo too, and at the end of a Program Increment for its objectives', async () => {
    const answers = { 'stories-accepted': true, 'nfrs-met': true, integrated: true };
    const done = answered('definition-of-done', 'developer', answers);
    expect((await judge('safe', { evidence: [done] })).open).toEqual([
      'BLOCKING system-demo PENDING',
      'ADVISORY pi-objectives PENDING',
    ]);
    const demo = recorded('system-demo', 'product-owner', { attributes: { result: 'ACCEPTED' } });
    const evidence = [done, demo];
    expect((await judge('safe', { evidence })).outcome).toBe('PASS');
    const objectives = (accepted: number) =>
      [0, 1, 2, 3, 4].map((n) => element('PI_OBJECTIVE', `objective-${n}`, n < accepted ? 'ACCEPTED' : 'IN_REVIEW'));
    const pi = (accepted: number) =>
      judge('safe', { evidence, transformation: transformation({ cadence: 'pi', elements: objectives(accepted) }) });
    expect((await pi(3)).open).toEqual(['BLOCKING pi-objectives PENDING']);
    expect((await pi(4)).outcome).toBe('PASS');
  });

  test('under TOGAF waits for deliverables, and for the acceptance of the Architecture Board or its dispensation', async () => {
    expect((await judge('togaf')).open).toEqual([
      'BLOCKING adm-deliverables PENDING',
      'BLOCKING architecture-contract PENDING',
      'BLOCKING architecture-board PENDING',
      'BLOCKING compliance-review PENDING',
    ]);
    const elements = [
      element('ADM_DELIVERABLE', 'implementation-governance-model', 'ACCEPTED', 'g'),
      element('ARCHITECTURE_CONTRACT', 'shop-contract', 'ACCEPTED', 'g'),
    ];
    const review = answered('compliance-review', 'qa', {
      ...{ 'conforms-to-principles': true, 'conforms-to-contract': true, level: 'conformant' },
    });
    const given = { transformation: transformation({ elements }) };
    expect((await judge('togaf', { ...given, evidence: [review] })).open).toEqual([
      'BLOCKING architecture-board PENDING',
    ]);
    const byBoard = (kind: string, result: string) =>
      judge('togaf', {
        ...given,
        evidence: [review, recorded(kind, 'release-manager', { attributes: { result } })],
      });
    expect((await byBoard('architecture-acceptance', 'ACCEPTED')).outcome).toBe('PASS');
    expect((await byBoard('dispensation', 'GRANTED')).outcome).toBe('PASS');
    const old = { registeredAt: '2025-11-01T11:00:00Z', attributes: { result: 'GRANTED' } };
    const expired = [review, recorded('dispensation', 'release-manager', old)];
    expect((await judge('togaf', { ...given, evidence: expired })).open).toEqual([
      'BLOCKING architecture-board PENDING',
    ]);
    const accepted = { attributes: { result: 'ACCEPTED' } };
    const byDeveloper = [review, recorded('architecture-acceptance', 'developer', accepted)];
    expect((await judge('togaf', { ...given, evidence: byDeveloper })).outcome).toBe('OPEN');
  });

  test('under TOGAF is not accepted by a record that says otherwise, or nothing, and can still have a dispensation', async () => {
    const board = async (...evidence: readonly EvidenceFact[]) =>
      (await judge('togaf', { evidence })).results.find(({ gate }) => gate === 'architecture-board');
    const record = (kind: string, attributes: EvidenceFact['attributes']) =>
      recorded(kind, 'release-manager', { attributes });
    const rejected = record('architecture-acceptance', { result: 'REJECTED' });
    expect(await board(rejected)).toMatchObject({
      verdict: 'FAIL',
      explanation: 'architecture-acceptance says REJECTED',
    });
    expect((await board(record('architecture-acceptance', {})))?.verdict).toBe('FAIL');
    expect((await board(record('architecture-acceptance', { result: 'GRANTED' })))?.verdict).toBe('FAIL');
    expect((await board(record('dispensation', { result: 'ACCEPTED' })))?.verdict).toBe('FAIL');
    expect((await board(record('dispensation', {})))?.verdict).toBe('FAIL');
    const granted = record('dispensation', { result: 'GRANTED' });
    expect(await board(rejected, granted)).toMatchObject({ verdict: 'PASS', reliedOn: [{ id: granted.id }] });
    expect((await board(rejected, record('dispensation', { result: 'REFUSED' })))?.verdict).toBe('FAIL');
  });
});
