import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../core/hash.js';
import { evaluateGates } from '../../../core/policy/evaluate.js';
import type { EvidenceFact, GateResult, MethodArtifactFact, PolicyFacts } from '../../../core/policy/facts.js';
import { resolveSnapshot } from '../../../core/policy/resolve.js';
import { approval, bundle, evidence, facts, image, now } from '../../support/policy-facts.js';
import { policyWith } from '../../support/rules.js';

/** What a gate, written as in a file, says about a promotion into gold. */
function judge(
  fields: string,
  changes: Partial<PolicyFacts> = {},
  at = now,
): GateResult & { readonly recheck?: string } {
  const policy = policyWith([`{ id: g, type: COMPLIANCE, ${fields} }`]);
  const { snapshot } = resolveSnapshot({ policies: [policy] }, { product: 'shop', lane: 'gold', kind: 'PROMOTION' });
  const [result] = evaluateGates(snapshot, facts(changes), at).results;
  if (result === undefined) throw new Error('the gate was not evaluated');
  return result;
}

const nowhere = { live: false, wasLive: false };

describe('a soak', () => {
  const silver = (...intervals: readonly (readonly [string, string?])[]): Partial<PolicyFacts> => ({
    lanes: {
      bronze: nowhere,
      gold: nowhere,
      silver: {
        ...{ live: intervals.some(([, to]) => to === undefined), wasLive: true },
        intervals: intervals.map(([from, to]) => ({ from, ...(to !== undefined && { to }) })),
      },
    },
  });
  const day = 'soak: { lane: silver, for: 24h }';

  test('adds up the times in which the bundle was live, and says when there is enough of it', () => {
    const given = silver(['2026-02-20T00:00:00Z', '2026-02-20T10:00:00Z'], ['2026-03-01T06:00:00Z']);
    expect(judge(day, given)).toMatchObject({
      ...{ verdict: 'PENDING', waitsFor: 'time', recheckAt: '2026-03-01T20:00:00.000Z' },
      explanation: 'it was live in silver for 16 h of 1 d',
    });
    expect(judge(day, given, new Date('2026-03-01T19:59:59.999Z')).verdict).toBe('PENDING');
    expect(judge(day, given, new Date('2026-03-01T20:00:00Z')).verdict).toBe('PASS');
  });

  test('that waits for a bundle which is not live there waits for no time, and says what to do', () => {
    const result = judge(day, silver(['2026-02-20T00:00:00Z', '2026-02-20T23:00:00Z']));
    expect(result).toMatchObject({
      verdict: 'PENDING',
      explanation: 'it was live in silver for 23 h of 1 d, and is not live there now',
      next: `make it live there again: lane promote ${bundle.slice(7, 19)} --to silver`,
    });
    expect(result).not.toHaveProperty('recheckAt');
    expect(judge(day).explanation).toBe('it was live in silver for 0 s of 1 d, and is not live there now');
  });
});

describe('a window', () => {
  const office =
    'window: { zone: Europe/Berlin, open: [{ days: [MON, TUE, WED, THU, FRI], from: "09:00", to: "17:00" }] }';
  const night = 'window: { zone: Europe/Berlin, open: [{ from: "02:30", to: "03:30" }] }';
  const closed =
    'window: { zone: Pacific/Auckland, closed: [{ from: "2026-12-20", to: "2027-01-05", reason: summer holidays }] }';

  test.each([
    [
      'is closed on a weekend until Monday morning',
      office,
      '2026-03-01T12:00:00Z',
      'PENDING',
      '2026-03-02T08:00:00.000Z',
    ],
    [
      'is open until the evening of its zone, in winter',
      office,
      '2026-03-02T08:00:00Z',
      'PASS',
      '2026-03-02T16:00:00.000Z',
    ],
    [
      'is open until the evening of its zone, in summer',
      office,
      '2026-03-30T07:00:00Z',
      'PASS',
      '2026-03-30T15:00:00.000Z',
    ],
    [
      'is closed from the end of an open time on',
      office,
      '2026-03-02T16:00:00Z',
      'PENDING',
      '2026-03-03T08:00:00.000Z',
    ],
    [
      'opens after the hour that is left out in spring',
      night,
      '2026-03-29T00:59:00Z',
      'PENDING',
      '2026-03-29T01:30:00.000Z',
    ],
    [
      'opens once where an hour comes twice in autumn',
      night,
      '2026-10-24T23:00:00Z',
      'PENDING',
      '2026-10-25T00:30:00.000Z',
    ],
    ['is closed on dates of its zone', closed, '2026-12-19T11:00:00Z', 'PENDING', '2027-01-04T11:00:00.000Z'],
    ['is open until dates of its zone', closed, '2026-12-19T10:59:59Z', 'PASS', '2026-12-19T11:00:00.000Z'],
  ])('%s', (_what, window, at, verdict, recheckAt) => {
    expect(judge(window, {}, new Date(at))).toMatchObject({ verdict, recheckAt });
  });

  test('says why it is closed, and until when', () => {
    expect(judge(closed, {}, new Date('2026-12-24T12:00:00Z'))).toMatchObject({
      ...{ verdict: 'PENDING', waitsFor: 'time' },
      explanation: 'the window is closed until 2027-01-04T11:00:00.000Z (Pacific/Auckland): summer holidays',
    });
  });

  test('that nothing closes any more stays open without an end', () => {
    const result = judge(closed, {}, new Date('2027-02-01T00:00:00Z'));
    expect(result.explanation).toBe('the window is open (Pacific/Auckland)');
    expect(result).not.toHaveProperty('recheckAt');
  });
});

describe('a metric', () => {
  const measured = (value: number | string, at: string, about = bundle): EvidenceFact =>
    evidence({
      ...{ id: `${at} ${String(value)}`, kind: 'metric', subjects: [about], registeredAt: at },
      attributes: { latency: value },
    });
  const values = [
    measured(300, '2026-03-01T09:00:00Z'),
    measured(100, '2026-03-01T10:00:00Z'),
    measured(200, '2026-03-01T11:00:00Z'),
  ];
  const metric = (rest: string) => `metric: { name: latency, signers: { purposes: [build] }, ${rest} }`;

  test.each([
    ['newest', 200],
    ['mean', 200],
    ['min', 100],
    ['max', 300],
  ])('%s is what its values make it, and is held against its limits', (statistic, value) => {
    const most = (limit: number) => judge(metric(`statistic: ${statistic}, atMost: ${limit}`), { evidence: values });
    expect(most(value).verdict).toBe('PASS');
    expect(most(value - 1)).toMatchObject({
      verdict: 'FAIL',
      explanation: `${statistic} latency is ${value}: at most ${value - 1} is allowed`,
    });
    const least = (limit: number) => judge(metric(`statistic: ${statistic}, atLeast: ${limit}`), { evidence: values });
    expect([least(value).verdict, least(value + 1).verdict]).toEqual(['PASS', 'FAIL']);
  });

  test('counts the values of its time alone, needs as many as it says, and is looked at again when one is too old', () => {
    const recent = (samples: number) =>
      judge(metric(`statistic: max, over: 2h, minSamples: ${samples}, atMost: 250`), { evidence: values });
    expect(recent(1)).toMatchObject({ verdict: 'PASS', recheckAt: '2026-03-01T13:00:00.000Z' });
    expect(recent(2)).toMatchObject({
      verdict: 'PENDING',
      explanation:
        '1 of 2 values of latency: it was registered 3 h ago, but at most 2 h is allowed; it was registered 2 h ago, but at most 2 h is allowed',
    });
  });

  test('is an error when a value is no number or was damaged, and nothing without a trusted signer', () => {
    const given = (item: EvidenceFact) => judge(metric('atMost: 1000'), { evidence: [item] });
    expect(given(measured('fast', '2026-03-01T11:00:00Z'))).toMatchObject({
      verdict: 'ERROR',
      explanation: 'latency is "fast", no number',
    });
    expect(given({ ...measured(1, '2026-03-01T11:00:00Z'), problem: 'the blob was changed' }).verdict).toBe('ERROR');
    const { signer: _signer, ...unsigned } = measured(1, '2026-03-01T11:00:00Z');
    expect(given(unsigned).verdict).toBe('PENDING');
  });

  test('is compared with that of what is live, and with nothing where nothing is', () => {
    const rule = metric('baseline: { lane: gold, atMostTimes: 1.1 }');
    const live = digestOf('live');
    const against = (value: number) =>
      judge(rule, {
        evidence: values,
        baselines: { gold: { bundle: live, evidence: [measured(value, '2026-03-01T08:00:00Z', live)] } },
      });
    expect(against(190).verdict).toBe('PASS');
    expect(against(180)).toMatchObject({
      verdict: 'FAIL',
      explanation: 'newest latency is 200: at most 1.1 times the 180 of what is live in gold is allowed',
    });
    expect(judge(rule, { evidence: values }).explanation).toContain('nothing is live in gold to compare with');
    expect(judge(rule, { evidence: values, baselines: { gold: { bundle: live, evidence: [] } } })).toMatchObject({
      verdict: 'PENDING',
      explanation: 'of what is live in gold: 0 of 1 values of latency',
    });
  });
});

describe('predecessors', () => {
  const rule =
    'predecessors: { atLeast: 2, of: [{ lane: silver }, { lane: gold, product: till }, { lane: gold, product: bank }] }';
  const silver = { bronze: nowhere, gold: nowhere, silver: { live: false, wasLive: true } };

  test('are enough when so many of them are live, and else are named', () => {
    expect(judge(rule, { lanes: silver })).toMatchObject({
      ...{ verdict: 'PENDING', waitsFor: 'predecessors' },
      explanation:
        '1 of 3 predecessors are live, 2 needed: nothing of till is live in gold; nothing of bank is live in gold',
    });
    expect(judge(rule, { lanes: silver, products: { bank: { gold: { live: true } } } }).verdict).toBe('PASS');
    const elsewhere = { bank: { silver: { live: true } }, till: { gold: { live: false } } };
    expect(judge(rule, { lanes: silver, products: elsewhere }).verdict).toBe('PENDING');
  });

  test('are all needed where no number is given', () => {
    const both = 'predecessors: { of: [{ lane: silver }, { lane: gold, product: till }] }';
    expect(judge(both, { lanes: silver }).verdict).toBe('PENDING');
    expect(judge(both, { lanes: silver, products: { till: { gold: { live: true } } } }).verdict).toBe('PASS');
  });
});

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

describe('a gate that is enforced from an instant on', () => {
  const rule = 'rule: requester.roles.size() > 9, enforceFrom: "2026-03-08T00:00:00+01:00"';

  test('is advisory until then, says from when on it blocks, and is looked at again', () => {
    expect(judge(rule)).toMatchObject({
      ...{ verdict: 'PENDING', severity: 'ADVISORY', recheckAt: '2026-03-07T23:00:00.000Z' },
      explanation: 'requester.roles.size() > 9 does not hold; this blocks from 2026-03-07T23:00:00.000Z on',
    });
    const then = judge(rule, {}, new Date('2026-03-07T23:00:00Z'));
    expect(then).toMatchObject({ severity: 'BLOCKING', explanation: 'requester.roles.size() > 9 does not hold' });
    expect(then).not.toHaveProperty('recheckAt');
  });

  test('says nothing of it while it passes', () => {
    expect(judge('rule: requester.known, enforceFrom: "2026-03-08T00:00:00Z"')).toMatchObject({
      ...{ verdict: 'PASS', explanation: 'the rule holds', recheckAt: '2026-03-08T00:00:00.000Z' },
    });
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
      explanation:
        '1 of 2 approvals, one of each of qa missing (given: olga)',
    });
    const quinn = approval('quinn', ['qa']);
    expect(judge(rule, { approvals: [both, quinn] }).verdict).toBe('PASS');
    expect(judge(rule, { approvals: [quinn, both] }).verdict).toBe('PASS');
    expect(judge(rule, { approvals: [quinn, approval('quentin', ['qa'])] }).verdict).toBe('PENDING');
  });
});
