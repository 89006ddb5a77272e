import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClients } from '../../apps/cli/connection/clients.js';
import { Verdict } from '#gen/governance/v1/check_run_pb.js';
import { Lane } from '#gen/governance/v1/lane_pb.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, type PolicyDesk, publish } from '../support/policy-people.js';
import { longest } from '../support/replay-policies.js';
import { addStranger } from '../support/second-tenant.js';
import { shopPolicy, shopTests } from '../support/tested-policies.js';

let engine: Engine;
let api: ApiOnEngine;
let desk: PolicyDesk;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  desk = deskOf(engine, api);
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

const governanceOf = (person: string) => api.clients(person).governance;
const refusal = (code: string) => expect.objectContaining({ cause: expect.objectContaining({ code }) });
const refused = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'no error',
    (error: unknown) => error,
  );

/** Publishes a policy with tests. @returns its digest */
async function published(name: string, gate: string, tests: string, more = ''): Promise<string> {
  const { digest } = await publish(desk, `${shopPolicy({ name, gate })}${more}`, { name, tests });
  return digest;
}

describe('the tests of a version', () => {
  test('are told with it, and run against it: each case with what was expected and found, and what was seen of gates', async () => {
    const tests = shopTests({ 'nobody has signed': 'PENDING', 'somebody has': 'PASS' });
    const version = await published('shop', 'rule: requester.known', tests);
    expect(await governanceOf('dev').getPolicyVersion({ version })).toMatchObject({ tests });
    const { cases, coverage } = await governanceOf('dev').runPolicyTests({ version: 'policy/shop@1' });
    expect(cases).toMatchObject([
      { name: 'nobody has signed', file: 'tests of policy/shop@1', lane: Lane.GOLD, passed: true, mismatches: [] },
      {
        ...{ name: 'somebody has', line: 9, passed: false },
        mismatches: [
          {
            ...{ gateId: 'asked', what: 'verdict', expected: 'PASS', actual: 'PENDING' },
            ...{ explanation: 'requester.known does not hold' },
            reads: [{ path: 'requester.known', value: 'false' }],
          },
        ],
      },
    ]);
    expect(coverage).toMatchObject({
      percent: 50,
      gates: [{ gateId: 'asked', file: 'policy/shop@1', cases: 2, terms: [{ term: 'rule', notPassing: true }] }],
    });
    expect(coverage?.gates[0]?.verdicts).toContainEqual(
      expect.objectContaining({ verdict: Verdict.PENDING, seen: true }),
    );
  });

  test('of an older version run against that one, over what is in force of others', async () => {
    const tests = shopTests({ 'the older gate': 'PENDING' }, 'policy: older');
    const first = await published('older', 'rule: requester.known', tests);
    await publish(desk, shopPolicy({ name: 'older', gate: 'rule: "true"' }), { name: 'older' });
    const run = await governanceOf('dev').runPolicyTests({ version: first });
    expect(run.cases.map(({ passed }) => passed)).toEqual([true]);
  });

  test('are none where none were signed with it, and a version that is not there has none', async () => {
    const installed = await governanceOf('dev').getPolicyVersion({ version: 'policy/default@1' });
    expect(installed.tests).toBe('');
    expect(await governanceOf('dev').runPolicyTests({ version: 'policy/default@1' })).toMatchObject({ cases: [] });
    expect(await refused(governanceOf('dev').runPolicyTests({ version: 'policy/nothing' }))).toEqual(
      refusal('NOT_FOUND'),
    );
  });

  test('that do not fit the version are an error that says where', async () => {
    const tests = shopTests(undefined, 'policy: misfit').replace('gates: { asked:', 'gates: { unheard-of:');
    await published('misfit', 'rule: requester.known', tests);
    expect(await refused(governanceOf('dev').runPolicyTests({ version: 'policy/misfit' }))).toEqual(
      refusal('INVALID_POLICY'),
    );
  });

  test('are told and run for nobody of another tenant', async () => {
    const version = await published(
      'secret',
      'rule: requester.known',
      shopTests({ 'a secret': 'PENDING' }, 'policy: secret'),
    );
    const { token } = await addStranger(engine.cluster, 'other', 'mallory');
    const stranger = createClients(api.url, token).governance;
    for (const named of [version, 'policy/secret@1'])
      expect(await refused(stranger.runPolicyTests({ version: named }))).toEqual(refusal('NOT_FOUND'));
    expect(await refused(createClients(api.url, 'lk_default_none').governance.runPolicyTests({ version }))).toEqual(
      refusal('UNAUTHENTICATED'),
    );
  });

  test('whose rules run away end, keep nobody else waiting, and nobody runs two at a time', async () => {
    const cases = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`case ${String(n)}`, 'PASS']));
    const rule = `rule: "${longest}"`;
    const more = ['a', 'b', 'c'].map((id) => `    - { id: ${id}, type: COMPLIANCE, lanes: [gold], ${rule} }\n`);
    const looping = await published('loop', rule, shopTests(cases, 'policy: loop'), more.join(''));
    const quick = await published('quick', 'rule: requester.known', shopTests({ quick: 'PENDING' }, 'policy: quick'));
    const mine = governanceOf('dev');
    const begun = Date.now();
    const flood = Promise.all(Array.from({ length: 12 }, () => refused(mine.runPolicyTests({ version: looping }))));
    expect((await governanceOf('alice').runPolicyTests({ version: quick })).cases).toHaveLength(1);
    const outcomes = await flood;
    expect(outcomes).toEqual(outcomes.map(() => refusal('LIMIT_EXCEEDED')));
    expect(Date.now() - begun).toBeLessThan(20_000);
    expect((await mine.runPolicyTests({ version: quick })).cases).toHaveLength(1);
  });

  test('may say anything, which is told within bounds', async () => {
    const hostile = '<img src=x onerror="window.hacked=1"> \u202egnp.exe {{7*7}} ' + 'x'.repeat(240);
    const many = Object.fromEntries(Array.from({ length: 199 }, (_, n) => [`case ${String(n)}`, 'ERROR']));
    const version = await published(
      'hostile',
      'rule: requester.known',
      shopTests({ [hostile]: 'PASS', ...many }, 'policy: hostile'),
    );
    const { cases } = await governanceOf('dev').runPolicyTests({ version });
    expect(cases[0]).toMatchObject({ name: hostile, passed: false });
    expect(cases).toHaveLength(200);
    expect(cases.every(({ mismatches }) => mismatches.length === 1)).toBe(true);
  });
});
