import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../../core/hash.js';
import type { EvidenceFact, PolicyFacts } from '../../../core/policy/facts.js';
import { judge } from '../../support/judge.js';
import { bundle, evidence } from '../../support/policy-facts.js';

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
