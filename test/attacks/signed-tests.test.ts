import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';
import { submitPolicyAct } from '../../apps/enrolment/policy/submit.js';
import type { Digest } from '../../core/digest.js';
import { asLanekeeperError } from '../../core/errors.js';
import type { PolicyAct } from '../../core/evidence/policy-act.js';
import { digestOfText, digestOfVersion, type DocumentKind } from '../../core/governance/document.js';
import type { PolicyRoots } from '../../core/governance/pins.js';
import type { Database } from '../../store/database.js';
import { testsOfVersion } from '../../store/governance/read.js';
import type { EmbeddedCluster } from '../support/embedded-cluster.js';
import { nextVersion, publishedText, signPolicyAct } from '../support/policy-people.js';
import { type RulesScene, startRulesScene } from '../support/rules-scene.js';
import { addStranger } from '../support/second-tenant.js';
import { shopPolicy, shopTests } from '../support/tested-policies.js';

let scene: RulesScene;
let cluster: EmbeddedCluster;
let database: Database;
let roots: PolicyRoots;
beforeAll(async () => {
  scene = await startRulesScene();
  ({ cluster, database, roots } = scene);
});
afterAll(() => scene.close());

/** A draft of a document, with what its author has signed and with what is sent. */
interface Drafted {
  readonly text?: string;
  readonly kind?: DocumentKind;
  readonly name?: string;
  readonly signed?: Partial<PolicyAct>;
  readonly tests?: string;
}

/** Hands a draft in. @returns the digest of the version, or why it was refused */
async function draft({ text = shopPolicy(), kind = 'policy', name = 'shop', signed = {}, tests = '' }: Drafted) {
  const document = await nextVersion({ database }, kind, name, text);
  const statement = await signPolicyAct(cluster, 'dev', 'draft', document, signed);
  const rules = new PolicyBook(database, roots, { forChanges: true });
  const deps = { database, rules, refusedDrafts: new RefusedDrafts(), now: () => new Date() };
  const twice = async () =>
    [await submitPolicyAct(deps, statement, { text, tests }), await submitPolicyAct(deps, statement, { text })].map(
      ({ version }) => version.digest,
    );
  return twice().then(
    ([version, again]) => (version === again ? version : 'another one'),
    (error: unknown) => {
      const known = asLanekeeperError(error);
      return known === undefined ? String(error) : `${known.code}: ${known.why ?? known.message}`;
    },
  );
}

const stored = (version: string, tenant = 'default') =>
  database.transaction(tenant, (tx) => testsOfVersion(tx, version as Digest));

/** Signs tests and sends them. */
const withTests = (tests: string, rest: Drafted = {}) =>
  draft({ ...rest, tests, signed: { tests: digestOfText(tests) } });

describe('tests that come with a draft', () => {
  test('are kept as their author has signed them, once, and are of this tenant alone', async () => {
    const tests = shopTests();
    const version = await withTests(tests);
    expect(version).toMatch(/^sha256:/);
    expect(await stored(String(version))).toBe(tests);
    await addStranger(cluster, 'other', 'mallory');
    expect(await stored(String(version), 'other')).toBe('');
  });

  test('are refused where they are not those that were signed, or one came without the other', async () => {
    const [tests, others] = [shopTests(), shopTests({ another: 'PENDING' })];
    const text = `${shopPolicy()}# refused\n`;
    const signed = { tests: digestOfText(tests) };
    expect(await draft({ text, signed, tests: others })).toBe(
      'EVIDENCE_INVALID: its tests are not those that were signed',
    );
    expect(await draft({ text, tests })).toBe('EVIDENCE_INVALID: its tests are not those that were signed');
    expect(await draft({ text, signed })).toBe('EVIDENCE_INVALID: the tests that were signed with it are not there');
  });

  test('are refused where they cannot be read, or are about another document', async () => {
    const text = `${shopPolicy()}# refused, too\n`;
    const refusedFor = (tests: string, rest: Drafted = {}) => withTests(tests, { text, ...rest });
    expect(await refusedFor('cases: [')).toContain('INVALID_POLICY');
    expect(await refusedFor(text)).toContain('INVALID_POLICY');
    expect(await refusedFor(`${shopTests()}# \u0000`)).toContain('INVALID_INPUT');
    expect(await refusedFor(shopTests(undefined, 'policy: default'))).toBe(
      'EVIDENCE_INVALID: test shop is not about policy shop: it is about policy default',
    );
    expect(await refusedFor(shopTests(undefined, 'profile: scrum'))).toBe(
      'EVIDENCE_INVALID: test shop is not about policy shop: it names no policy',
    );
    const definition = `${await publishedText({ database }, 'definition', 'default')}# changed\n`;
    expect(await refusedFor(shopTests(), { text: definition, kind: 'definition', name: 'default' })).toBe(
      'EVIDENCE_INVALID: only policies and profiles have tests',
    );
  });

  test('belong to a draft alone', async () => {
    const text = `${shopPolicy()}# submitted\n`;
    const document = await nextVersion({ database }, 'policy', 'shop', text);
    const signed = await signPolicyAct(cluster, 'dev', 'submit', document, { tests: digestOfText('tests') });
    const rules = new PolicyBook(database, roots, { forChanges: true });
    await expect(
      submitPolicyAct({ database, rules, refusedDrafts: new RefusedDrafts(), now: () => new Date() }, signed, {
        text: '',
      }),
    ).rejects.toThrow('this is not a statement about a version of a policy');
  });
});

describe('the database', () => {
  test('takes no tests but those whose digest the author has signed, changes none, and misses none', async () => {
    const plain = String(await draft({ text: `${shopPolicy()}# without tests\n` }));
    const insert = (version: string, content: string) =>
      database.transaction('default', (tx) =>
        tx.query('insert into policy_tests (tenant_id, version_digest, content) values ($1, $2, $3)', [
          ...['default', version, content],
        ]),
      );
    await expect(insert(plain, shopTests())).rejects.toThrow('are those that its author has signed with its draft');
    const tested = String(await withTests(shopTests(), { text: `${shopPolicy()}# with tests\n` }));
    await expect(insert(tested, shopTests({ forged: 'PASS' }))).rejects.toThrow('are those that its author has signed');
    await expect(
      database.transaction('default', (tx) => tx.query("update policy_tests set content = 'forged'")),
    ).rejects.toThrow();
    const unsent = await nextVersion({ database }, 'policy', 'shop', `${shopPolicy()}# unsent\n`);
    await expect(
      database.transaction('default', async (tx) => {
        await tx.query(
          `insert into policy_acts (tenant_id, statement_digest, version_digest, verb, principal, key_id, nonce, tests, signed)
           select tenant_id, $1, version_digest, verb, principal, key_id, 'another', $1, signed from policy_acts
            where version_digest = $2`,
          [digestOfVersion(unsent), plain],
        );
      }),
    ).rejects.toThrow('a draft whose author has signed tests comes with them');
  });
});
