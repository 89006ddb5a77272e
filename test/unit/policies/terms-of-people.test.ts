import { describe, expect, test } from '@jest/globals';
import type { EvidenceFact, MethodArtifactFact, PolicyFacts } from '../../../core/policy/facts.js';
import { judge } from '../../support/judge.js';
import { approval, bundle, evidence, image } from '../../support/policy-facts.js';

describe('a checklist', () => {
  const ask = (answer: string, more = '') =>
    `checklist: { questions: [{ id: q, ask: Is it?, answer: ${answer} }], roles: [qa], ${more} }`;
  const answered = (q: unknown, changes: Partial<EvidenceFact> = {}): EvidenceFact =>
    evidence({
      ...{ kind: 'checklist', subjects: [bundle], attributes: { checklist: 'g' }, answers: { q } },
      signer: { keyId: image, principal: 'quinn', purpose: 'person', roles: ['qa'] },
      ...changes,
    });

  test.each<[string, unknown, string, string]>([
    ['{ type: boolean }', true, '{"a":1}', 'boolean'],
    ['{ type: string }', 'x', '1', 'string'],
    ['{ type: number }', 1.5, '"x"', 'number'],
    ['{ type: integer }', 2, '1.5', 'integer'],
    ['{ type: array }', [], '{}', 'array'],
    ['{ type: object }', {}, '[]', 'object'],
    ['{ const: [a, 1] }', ['a', 1], '["a",2]', '["a",1]'],
    ['{ const: null }', null, 'false', 'null'],
    ['{ enum: [low, 3] }', 3, '"high"', 'one of "low", 3'],
    ['{ minimum: 3 }', 3, '2', 'at least 3'],
    ['{ maximum: 3 }', 3, '4', 'at most 3'],
    ['{ minLength: 2 }', 'äö', '"😀"', 'at least 2'],
    ['{ maxLength: 2 }', '😀😀', '"abc"', 'at most 2'],
    ['{ minItems: 1 }', [1], '[]', 'at least 1'],
    ['{ maxItems: 1 }', [1], '[1,2]', 'at most 1'],
    ['{ items: { type: integer } }', [1, 2], '[1,"x"]', 'integer'],
    ['{ required: [a] }', { a: null }, '{"b":1}', 'has no a'],
    ['{ properties: { a: { const: 1 } } }', { b: 2 }, '{"a":2}', 'a: it is 2'],
  ])('whose answer is %s takes %j and not %s', (schema, right, wrong, why) => {
    expect(judge(ask(schema), { evidence: [answered(right)] }).verdict).toBe('PASS');
    const result = judge(ask(schema), { evidence: [answered(JSON.parse(wrong) as unknown)] });
    expect(result.verdict).toBe('FAIL');
    expect(result.explanation).toContain(why);
  });

  test('counts what each person has said last, until it is too old', () => {
    const rule = ask('{ const: true }', 'count: 2, maxAge: 4h');
    const old = answered(false, { id: 'old', registeredAt: '2026-03-01T09:00:00Z' });
    const olga = { keyId: image, principal: 'olga', purpose: 'person', roles: ['qa'] } as const;
    const given = [
      old,
      answered(true),
      answered(true, { id: 'olga', signer: olga, registeredAt: '2026-03-01T10:30:00Z' }),
    ];
    expect(judge(rule, { evidence: given })).toMatchObject({
      ...{ verdict: 'PASS', explanation: 'answered by quinn, olga', recheckAt: '2026-03-01T14:30:00.000Z' },
    });
    expect(judge(rule, { evidence: given }, new Date('2026-03-01T14:30:00Z')).verdict).toBe('PENDING');
    expect(judge(rule, { evidence: [old, answered(true)] })).toMatchObject({
      verdict: 'PENDING',
      explanation: '1 of 2 people have answered its 1 questions (quinn)',
    });
  });

  test('is answered for its own gate, by those who may, and damaged answers are an error', () => {
    const rule = ask('{ const: true }');
    const verdict = (changes: Partial<EvidenceFact>) => judge(rule, { evidence: [answered(true, changes)] }).verdict;
    expect(verdict({ attributes: { checklist: 'another' } })).toBe('PENDING');
    expect(verdict({ subjects: [image] })).toBe('PENDING');
    expect(verdict({ signer: { keyId: image, principal: 'd', purpose: 'person', roles: ['developer'] } })).toBe(
      'PENDING',
    );
    expect(verdict({ signer: { keyId: image, principal: 'b', purpose: 'build', roles: [] } })).toBe('PENDING');
    expect(verdict({ answers: {} })).toBe('FAIL');
    expect(verdict({ problem: 'the blob was changed' })).toBe('ERROR');
  });
});

describe('artifacts of the method', () => {
  const element = (key: string, state: MethodArtifactFact['state'], phase = 'g'): MethodArtifactFact => ({
    ...{ kind: 'ADM_DELIVERABLE', key, title: key, state, timebox: '', phase },
  });
  const within = (...elements: MethodArtifactFact[]): Partial<PolicyFacts> => ({
    transformation: {
      ...{ known: true, id: 't', name: 't', profile: '', stage: '', cadence: '', milestones: {}, elements },
    },
  });

  test('are counted in their phase, and a share of them is enough', () => {
    const rule = 'artifacts: { kind: ADM_DELIVERABLE, phase: g, share: 0.6 }';
    const three = [element('a', 'ACCEPTED'), element('b', 'ACCEPTED'), element('c', 'DRAFT')];
    expect(judge(rule, within(...three, element('d', 'DRAFT', 'h')))).toMatchObject({
      verdict: 'PASS',
      explanation: '2 of 3 ADM deliverables of phase G reached ACCEPTED, 2 needed',
    });
    expect(judge(rule, within(...three, element('d', 'DRAFT')))).toMatchObject({
      verdict: 'PENDING',
      explanation: '2 of 4 ADM deliverables of phase G reached ACCEPTED, 3 needed: c is DRAFT; d is DRAFT',
    });
    expect(judge(rule, within()).explanation).toBe('0 of 1 ADM deliverables of phase G reached ACCEPTED, 1 needed');
  });

  test('are of a phase whether it is written as G or g', () => {
    const rule = 'artifacts: { kind: ADM_DELIVERABLE, phase: g }';
    expect(judge(rule, within(element('a', 'ACCEPTED', 'G'), element('b', 'ACCEPTED', 'E')))).toMatchObject({
      verdict: 'PASS',
      explanation: '1 of 1 ADM deliverables of phase G reached ACCEPTED, 1 needed',
    });
  });

  test('that have names are missed by them, what is accepted was in review, and what is rejected fails', () => {
    const rule = 'artifacts: { kind: ADM_DELIVERABLE, keys: [a, b], state: IN_REVIEW }';
    expect(judge(rule, within(element('a', 'ACCEPTED'), element('b', 'IN_REVIEW'))).verdict).toBe('PASS');
    expect(judge(rule, within(element('a', 'ACCEPTED'), element('c', 'ACCEPTED')))).toMatchObject({
      verdict: 'PENDING',
      explanation: '1 of 2 ADM deliverables reached IN_REVIEW, 2 needed: b is not there',
    });
    expect(judge(rule, within(element('a', 'ACCEPTED'), element('b', 'REJECTED'))).verdict).toBe('FAIL');
    expect(judge(rule).explanation).toContain('shop belongs to no transformation');
  });
});

describe('evidence in groups', () => {
  const of = (kind: string, more = '') => `{ kind: ${kind}, per: bundle, signers: { purposes: [build] }${more} }`;
  const item = (kind: string, changes: Partial<EvidenceFact> = {}) =>
    evidence({ id: kind, kind, subjects: [bundle], ...changes });

  test('needs all of allOf, and is looked at again when the first of them is too old', () => {
    const rule = `evidence: { allOf: [${of('a', ', maxAge: 4h')}, ${of('b', ', maxAge: 3h')}] }`;
    expect(judge(rule, { evidence: [item('a'), item('b')] })).toMatchObject({
      ...{ verdict: 'PASS', recheckAt: '2026-03-01T14:00:00.000Z' },
    });
    expect(judge(rule, { evidence: [item('a')] }).explanation).toContain('no b for the bundle');
    expect(judge(rule, { evidence: [item('a'), item('b')] }, new Date('2026-03-01T14:00:00Z')).verdict).toBe('PENDING');
  });

  test('needs one of anyOf, the first that is complete, and names every way while there is none', () => {
    const rule = `evidence: { anyOf: [{ allOf: [${of('a')}, ${of('b')}] }, ${of('c', ', maxAge: 2h')}] }`;
    expect(judge(rule, { evidence: [item('a')] })).toMatchObject({
      verdict: 'PENDING',
      explanation: expect.stringMatching(/^one of these is needed: no b for the bundle .*, or no c for the bundle /),
    });
    const first = judge(rule, { evidence: [item('a'), item('b'), item('c')] });
    expect(first.reliedOn.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(first).not.toHaveProperty('recheckAt');
    expect(judge(rule, { evidence: [item('a'), item('c')] })).toMatchObject({
      ...{ verdict: 'PASS', reliedOn: [{ id: 'c' }], recheckAt: '2026-03-01T13:00:00.000Z' },
    });
  });

  test('counts the alternative with which the rule holds, and names the first where it holds with none', () => {
    const rule = `evidence: { anyOf: [${of('a')}, { allOf: [${of('b')}, ${of('c', ', maxAge: 2h')}] }] }, rule: 'evidence.all(e, e.result == "YES")'`;
    const says = (kind: string, result?: string) => item(kind, { attributes: result === undefined ? {} : { result } });
    const other = [says('b', 'YES'), says('c', 'YES')];
    expect(judge(rule, { evidence: [says('a', 'NO'), ...other] })).toMatchObject({
      ...{ verdict: 'PASS', reliedOn: [{ id: 'b' }, { id: 'c' }], recheckAt: '2026-03-01T13:00:00.000Z' },
    });
    // A rule that cannot be evaluated over one alternative says nothing about another.
    expect(judge(rule, { evidence: [says('a'), ...other] }).verdict).toBe('PASS');
    expect(judge(rule, { evidence: [says('a', 'YES'), ...other] }).reliedOn).toMatchObject([{ id: 'a' }]);
    expect(judge(rule, { evidence: [says('a', 'NO'), says('b', 'YES'), says('c', 'NO')] })).toMatchObject({
      ...{ verdict: 'FAIL', explanation: 'a says NO', reliedOn: [{ id: 'a' }] },
    });
    expect(judge(rule, { evidence: [says('a', 'NO'), says('b', 'YES')] }).verdict).toBe('FAIL');
  });

  test('that was damaged is an error where it is needed, and not where another way is complete', () => {
    const damaged = item('a', { problem: 'the blob was changed' });
    const all = `evidence: { allOf: [${of('a')}, ${of('b')}] }`;
    const any = `evidence: { anyOf: [${of('a')}, ${of('b')}] }`;
    expect(judge(all, { evidence: [damaged, item('b')] }).verdict).toBe('ERROR');
    expect(judge(any, { evidence: [damaged] }).verdict).toBe('ERROR');
    expect(judge(any, { evidence: [damaged, item('b')] }).verdict).toBe('PASS');
  });

  test('about nothing that the bundle has does not apply, and counts for nothing beside what does', () => {
    const charts = '{ kind: guardrail, per: chart, signers: { purposes: [build] } }';
    expect(judge(`evidence: { allOf: [${charts}] }`).verdict).toBe('NOT_APPLICABLE');
    expect(judge(`evidence: { anyOf: [${charts}] }`).verdict).toBe('NOT_APPLICABLE');
    expect(judge(`evidence: { allOf: [${charts}, ${of('b')}] }`, { evidence: [item('b')] }).verdict).toBe('PASS');
    expect(judge(`evidence: { anyOf: [${charts}, ${of('b')}] }`).verdict).toBe('PENDING');
  });
});

describe('approvals of all of some roles', () => {
  const rule = 'approvals: { count: 1, allOf: [qa, product-owner], separation: [] }';

  test('need a person of their own for each, whoever comes first', () => {
    const both = approval('olga', ['product-owner', 'qa']);
    expect(judge(rule, { approvals: [both] })).toMatchObject({
      ...{ verdict: 'PENDING', waitsFor: 'people' },
      explanation: '1 of 2 approvals, one of each of qa missing (given: olga)',
    });
    const quinn = approval('quinn', ['qa']);
    expect(judge(rule, { approvals: [both, quinn] }).verdict).toBe('PASS');
    expect(judge(rule, { approvals: [quinn, both] }).verdict).toBe('PASS');
    expect(judge(rule, { approvals: [quinn, approval('quentin', ['qa'])] }).verdict).toBe('PENDING');
  });
});
