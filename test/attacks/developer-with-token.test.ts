import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import type { Digest } from '../../core/digest.js';
import { parseJUnit, type TestReport } from '../../core/evidence/junit.js';
import { type Statement, subjectOf } from '../../core/evidence/statement.js';
import { type TestResultInput, testResultStatement } from '../../core/evidence/test-result.js';
import { digestOf } from '../../core/hash.js';
import { AuthoredProduct, peoplePolicy, policyFolder } from '../support/authorship-scene.js';
import { signEnrolment } from '../support/enrolment.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { attach, sealText, signerOf } from '../support/sealed-bundle.js';

// What somebody can do who has a developer's token and key, and no other: they sign whatever they like.

let engine: Engine;
let api: ApiOnEngine;
/** An engine whose gates are about people alone. */
let people: Engine;
let policiesDir: string;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  policiesDir = await policyFolder({ default: peoplePolicy });
  people = await startEngine({ policiesDir });
}, 300_000);
afterAll(async () => {
  await people.close();
  await api.close();
  await engine.close();
  await rm(policiesDir, { recursive: true, force: true });
});

const codeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error && 'code' in error.cause
    ? String(error.cause.code)
    : String(error);

const suite = (content: string, time?: string) =>
  `<testsuite${time === undefined ? '' : ` timestamp="${time}"`}>${content}</testsuite>`;
const passing = suite('<testcase name="works"/>');

/** What a report with one passing test says: what the attacker wants believed. */
const lie: TestReport = parseJUnit(passing);

/** A preview check of a bundle, as the attacker's own client makes it. */
function claimed(bundle: Digest, report: string, claims: Partial<TestResultInput> = {}): Statement {
  return testResultStatement({
    ...{ suite: 'preview', subject: [subjectOf('shop', bundle)], report: lie, url: 'http://127.0.0.1:1/' },
    ...{ reportDigest: digestOf(report), ...claims },
  });
}

const keyOfDev = () => signerOf(engine.dataDir, 'identities', 'dev');

/** The same, signed. */
async function signed(...claims: Parameters<typeof claimed>): Promise<Uint8Array> {
  return signStatement(claimed(...claims), await keyOfDev());
}

/** Attaches with the developer's token. @returns the code of the refusal, or `attached` */
function attached(bundle: Digest, signedStatement: Uint8Array, report = ''): Promise<string> {
  const request = { bundleDigest: bundle, kind: 'preview-check', signedStatement, report: Buffer.from(report) };
  return api
    .clients('dev')
    .evidence.attachEvidence(request)
    .then(() => 'attached', codeOf);
}

const previewChecksOf = async (bundle: Digest): Promise<number> => {
  const { attestations } = await api.clients('dev').evidence.listEvidence({ bundle });
  return attestations.filter(({ kind }) => kind === 'preview-check').length;
};

/** Why a promotion to silver waits at its gates. */
async function waitsBecause(bundle: Digest): Promise<string> {
  const handle = await engine.promote({ lane: 'silver', bundle });
  const reason = await engine.reached(handle, 'GATING');
  await handle.terminate();
  return reason;
}

describe('a signed test result that its report contradicts', () => {
  let bundle: Digest;
  beforeAll(async () => {
    bundle = await sealText(engine, 'lied about');
  });

  test.each<[string, string, Partial<TestResultInput>]>([
    ['PASSED over a failing report', suite('<testcase name="works"><failure/></testcase>'), {}],
    ['PASSED over a report with an error', suite('<testcase name="works"><error/></testcase>'), {}],
    ['PASSED over a report without tests', suite(''), {}],
    ['PASSED over a report in which every test was skipped', suite('<testcase name="works"><skipped/></testcase>'), {}],
    ['PASSED over what is no report', 'all is well', {}],
    ['more tests than the report has', passing, { report: { ...lie, passed: 100 } }],
    ['tests that the report does not have', passing, { report: { ...lie, passedTests: ['everything'] } }],
    ['no time, where the report has one', suite('<testcase name="works"/>', '2020-01-01T00:00:00'), {}],
    [
      'a later time than the report',
      suite('<testcase name="works"/>', '2020-01-01T00:00:00'),
      { report: { ...lie, testedAt: new Date().toISOString() } },
    ],
    ['a time in the future', passing, { report: { ...lie, testedAt: '2100-01-01T00:00:00.000Z' } }],
  ])('is refused when it says %s', async (_what, report, claims) => {
    const statement = await signed(bundle, report, claims);
    expect(await attached(bundle, statement, report)).toBe('EVIDENCE_INVALID');
    await engine.blobs.put(report);
    expect(await attached(bundle, statement)).toBe('EVIDENCE_INVALID');
    expect(await previewChecksOf(bundle)).toBe(0);
  });

  test('is refused when nobody has its report, or another one is sent along', async () => {
    const unknown = suite('<testcase name="nobody has seen this"/>');
    const statement = await signed(bundle, unknown, { report: parseJUnit(unknown) });
    expect(await attached(bundle, statement)).toBe('EVIDENCE_INVALID');
    expect(await attached(bundle, statement, passing)).toBe('EVIDENCE_INVALID');
    expect(await previewChecksOf(bundle)).toBe(0);
  });

  test('is refused when the blob that it names as its report is too large to be one', async () => {
    const reportDigest = await engine.blobs.put(Buffer.alloc(9 * 1024 * 1024));
    expect(await attached(bundle, await signed(bundle, '', { reportDigest }))).toBe('EVIDENCE_INVALID');
  });

  test('opens no gate, even when it gets past the front door', async () => {
    const lied = await sealText(engine, 'lied about behind the back');
    await engine.bringTo(lied, 'bronze');
    const report = suite('<testcase name="works"><failure/></testcase>');
    const reportDigest = await engine.blobs.put(report);
    await attach(engine, claimed(lied, '', { reportDigest }), await keyOfDev(), 'bundle');
    expect(await waitsBecause(lied)).toContain('cannot be relied on');
  });

  test('does not keep an honest one out', async () => {
    expect(await attached(bundle, await signed(bundle, passing), passing)).toBe('attached');
    expect(await previewChecksOf(bundle)).toBe(1);
  });
});

describe('an old test report', () => {
  test('that is attached today is as old as its tests, and does not open a gate with a maximum age', async () => {
    const bundle = await sealText(engine, 'tested long ago');
    await engine.bringTo(bundle, 'bronze');
    const yesterday = new Date(Date.now() - 25 * 3_600_000).toISOString();
    const report = suite('<testcase name="works"/>', yesterday);
    const statement = await signed(bundle, report, { report: parseJUnit(report) });
    expect(await attached(bundle, statement, report)).toBe('attached');
    expect(await waitsBecause(bundle)).toContain('its tests ran 25 h ago, but at most 24 h is allowed');
    const { attestations } = await api.clients('dev').evidence.listEvidence({ bundle });
    const [check] = attestations.filter(({ kind }) => kind === 'preview-check');
    expect(Number(check?.testedAt?.seconds)).toBe(Math.floor(Date.parse(yesterday) / 1000));
  });
});

describe('the commits of a developer', () => {
  /** What becomes of a bundle that bob approves, whose first release was live before his commits. */
  async function approvedByBob(name: string, commits: (product: AuthoredProduct) => Promise<void>) {
    const product = await AuthoredProduct.create(people, name, 'dev');
    await product.goLive();
    await commits(product);
    const bundle = await product.release();
    const handle = await product.request(bundle);
    await people.reached(handle, 'AWAITING_APPROVAL', 'GATING');
    return (await product.approve(handle, bundle, 'bob')).state;
  }

  test.each<[string, (product: AuthoredProduct) => Promise<void>]>([
    [
      'below the last one, which somebody else wrote',
      async (product) => {
        await product.commit('bob');
        await product.commit('dev');
      },
    ],
    ['under the name of a colleague', (product) => product.commit('dev', 'bob')],
    ['under a name that nobody knows', (product) => product.commit('eve')],
    [
      'on a branch that a service merges',
      async (product) => {
        await product.git('bob', 'switch', '--quiet', '--create', 'feature');
        await product.commit('bob');
        await product.git('dev', 'switch', '--quiet', 'main');
        await product.git('dev', 'merge', '--quiet', '--no-ff', '--no-edit', 'feature');
      },
    ],
  ])('%s go live with no approval of their own', async (where, commits) => {
    const phase = await approvedByBob(`bobs-${digestOf(where).slice(7, 15)}`, commits);
    expect(['AWAITING_APPROVAL', 'GATING']).toContain(phase);
  });
});

test('somebody who links address after address to themselves wakes what waits a bounded number of times', async () => {
  const { identity, enrolments } = api.clients('dev');
  const outcomes = [];
  for (let at = 0; at < 40; at += 1) {
    const change = { type: 'link-address', address: `dev+${at}@example.com`, principal: 'dev' } as const;
    const signedStatement = await signEnrolment(engine, 'dev', { verb: 'request', change });
    outcomes.push(await enrolments.submitEnrolment({ signedStatement }).then(() => 'linked', codeOf));
  }
  expect(outcomes.at(-1)).toBe('CONFLICT');
  expect((await identity.whoAmI({})).principal?.emails).toHaveLength(32);
  const linked = await engine.database.transaction('default', (tx) =>
    tx.query("select id from method_events where type = 'address.linked' and actor = 'dev'"),
  );
  expect(linked.length).toBeLessThanOrEqual(32);
});
