import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { generateKeyPair, keyIdOf, loadSigner } from '../../adapters/sigstore/keys.js';
import { signStatement } from '../../adapters/sigstore/sign-statement.js';
import { policyActStatement, type PolicyVerb } from '../../core/evidence/policy-act.js';
import type { DocumentKind, VersionName } from '../../core/governance/document.js';
import { digestOf } from '../../core/hash.js';
import { asOwner } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { deskOf, type PolicyDesk, publish, publishedText, signPolicyAct } from '../support/policy-people.js';
import { scratchFolder } from '../support/scratch.js';

let engine: Engine;
let api: ApiOnEngine;
let desk: PolicyDesk;
let root: string;
/** A folder with the public keys of people, which an auditor was given by them. */
let keys: string;
const tables = [
  'policy_versions',
  'policy_acts',
  'policy_heads',
  'policy_installations',
  'principals',
  'principal_keys',
];

beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
  desk = deskOf(engine, api);
  root = engine.policyRoots.get('default')!;
  keys = join(engine.dataDir, 'keys-of-the-auditor');
  await mkdir(keys);
  for (const person of ['dev', 'alice', 'carol'])
    await copyFile(join(engine.dataDir, 'identities', person, 'pub.pem'), join(keys, `${person}.pem`));
  await anotherVersion('policy', 'default');
  await anotherVersion('policy', 'default', 'alice');
  for (const table of tables) await asOwner(engine, `create table saved_${table} as table ${table}`);
});
afterAll(async () => {
  await api.close();
  await engine.close();
});
afterEach(async () => {
  for (const table of tables) {
    await asOwner(engine, `delete from ${table}`);
    await asOwner(engine, `insert into ${table} select * from saved_${table}`);
  }
});

async function anotherVersion(kind: DocumentKind, name: string, author = 'dev'): Promise<void> {
  await publish(desk, `${await publishedText(desk, kind, name)}# ${randomUUID()}\n`, { kind, name, author });
}

const verify = (...args: string[]) => api.lane('dev', 'policy', 'verify', ...args);
const verifyAll = (...args: string[]) => verify('--root', root, '--keys', keys, ...args);

/** The newest version of the default policy, as people sign it. */
async function newest(): Promise<VersionName> {
  const { version } = await api.clients('dev').governance.getPolicyVersion({ version: 'policy/default' });
  const { name, previous, contentDigest } = version!;
  return { kind: 'policy', name, version: version!.version, previous, content: contentDigest } as VersionName;
}

/** Puts another statement in the place of one about the newest version of the default policy. */
async function replaceAct(verb: PolicyVerb, signed: Uint8Array, principal = 'carol'): Promise<void> {
  await asOwner(
    engine,
    `update policy_acts set signed = $2, principal = $3 where verb = $1
      and version_digest = (select digest from policy_heads where kind = 'policy' and name = 'default')`,
    ...[verb, new TextDecoder().decode(signed), principal],
  );
}

const newestOnly = "where digest = (select digest from policy_heads where kind = 'policy' and name = 'default')";

describe('an auditor', () => {
  test('is told of each version what was checked, and which are the newest that the stack tells of', async () => {
    const { code, stdout, stderr } = await verifyAll('policy/default');
    expect([code, stderr]).toEqual([0, expect.stringContaining('who has which roles, only the stack says')]);
    for (const line of [
      /✓ +installation +origin +it is what is pinned/,
      /✓ +governance\/governance@1 +origin +it is what was installed/,
      /✓ +policy\/default@1 +origin +it is what was installed/,
      /✓ +policy\/default@2 +signatures +draft by dev, submit by dev, publish by carol/,
      /✓ +policy\/default@3 +text and chain +it follows the one before it/,
      /✓ +policy\/default@3 +origin +drafted by alice, published by carol/,
      /✓ +policy\/default@3 +roles +governance\/governance@1 demands 1 with release-manager or operator/,
      /newest that the stack tells of: .*policy\/default@3 \([0-9a-f]{12}\)/,
    ])
      expect(stdout).toMatch(line);
  });

  test('verifies every document that was installed or is in force when none is named', async () => {
    const { code, stdout } = await verifyAll();
    expect(code).toBe(0);
    for (const name of ['governance/governance', 'policy/default', 'definition/default', 'profile/togaf'])
      expect(stdout).toContain(`${name}@1`);
  });

  test('names what was installed by its digest, or by a file with it, and is refused without one that fits', async () => {
    const file = join(await scratchFolder(), 'policy-roots');
    await writeFile(file, `other=${digestOf('x')},default=${root}\n`);
    expect(await verify('policy/default', '--root', file)).toMatchObject({ code: 0 });
    expect(await verify('--root', digestOf('another'))).toMatchObject({
      code: 10,
      stderr: expect.stringContaining('installation\nwhy: origin: it is not what is pinned'),
    });
    await writeFile(file, `other=${root}\n`);
    expect(await verify('--root', file)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the tenant default'),
    });
  });

  test('says who had which roles, where those of now say nothing about then', async () => {
    const file = join(await scratchFolder(), 'roles.yaml');
    await writeFile(file, 'carol: [release-manager]\ndev: [developer]\n');
    expect(await verifyAll('--roles', file)).toMatchObject({ code: 0 });
    await writeFile(file, 'carol: [qa]\n');
    expect(await verifyAll('--roles', file)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('carol has no such role'),
    });
  });
});

describe('an answer that was tampered with', () => {
  const broken: readonly (readonly [string, RegExp, () => Promise<unknown>])[] = [
    [
      'a text that was changed',
      /policy\/default@3 +text and chain +was changed after it was signed/,
      () => asOwner(engine, `update policy_versions set content = content || '# more' ${newestOnly}`),
    ],
    [
      'a text that was changed with its digest',
      /policy\/default@3 +text and chain +was changed after it was signed/,
      () =>
        asOwner(
          engine,
          `update policy_versions set content = content || '#', content_digest = '${digestOf('x')}' ${newestOnly}`,
        ),
    ],
    [
      'a version that is left out',
      /policy\/default@3 +text and chain +was changed after it was signed/,
      () =>
        asOwner(
          engine,
          `update policy_versions set previous = (select digest from policy_versions where kind = 'policy' and name = 'default' and version = 1) ${newestOnly}`,
        ),
    ],
    [
      'a version of another number',
      /policy\/default@7 +text and chain +was changed after it was signed/,
      () => asOwner(engine, `update policy_versions set version = 7 ${newestOnly}`),
    ],
    [
      'a version of another document',
      /policy\/till@3 +text and chain +is no version of policy default/,
      () => asOwner(engine, `update policy_versions set name = 'till' ${newestOnly}`),
    ],
    [
      'an installation that was exchanged',
      /installation +origin +it is not what is pinned/,
      () => asOwner(engine, `update policy_installations set content = replace(content, 'togaf', 'tagof')`),
    ],
    [
      'a signature that is none',
      /policy\/default@3 +signatures +publish by carol: the signature does not verify/,
      async () =>
        replaceAct('publish', await signPolicyAct(engine, 'dev', 'publish', await newest(), { principal: 'carol' })),
    ],
    [
      'a statement about another version',
      /policy\/default@3 +origin +was not published by anybody other than its author/,
      async () =>
        replaceAct('publish', await signPolicyAct(engine, 'carol', 'publish', { ...(await newest()), version: 9 })),
    ],
    [
      'a statement for another tenant',
      /policy\/default@3 +origin +was not published by anybody other than its author/,
      async () =>
        replaceAct('publish', await signPolicyAct(engine, 'carol', 'publish', await newest(), { tenant: 'other' })),
    ],
    [
      'a statement that says something else than it is told to',
      /policy\/default@3 +signatures +publish by carol: its statement says submit/,
      async () => replaceAct('publish', await signPolicyAct(engine, 'carol', 'submit', await newest())),
    ],
    [
      'an author who has published it',
      /policy\/default@3 +origin +was not published by anybody other than its author/,
      async () => replaceAct('publish', await signPolicyAct(engine, 'alice', 'publish', await newest()), 'alice'),
    ],
    [
      'a publication that nobody has signed',
      /policy\/default@3 +origin +was not published by anybody other than its author/,
      () => asOwner(engine, "delete from policy_acts where verb = 'publish'"),
    ],
    [
      'an author whom nobody knows',
      /policy\/default@3 +origin +has no author whose signature counts/,
      () => asOwner(engine, "delete from policy_acts where verb = 'draft'"),
    ],
    [
      'a publisher without the role',
      /policy\/default@3 +roles +.*carol has no such role/,
      () => asOwner(engine, "update principals set roles = '{qa}' where name = 'carol'"),
    ],
    [
      'a policy of policies that never was',
      /policy\/default@3 +roles +it names no version of the policy of policies/,
      () => asOwner(engine, `update policy_versions set governed_by = '${digestOf('weak')}' ${newestOnly}`),
    ],
    [
      'a document that is taken out of force by nobody',
      /policy\/default@3 +retirement +nobody has signed that it is out of force/,
      () => asOwner(engine, `update policy_versions set state = 'RETIRED', retired_at = now() ${newestOnly}`),
    ],
    ['a key that the stack has given to somebody', /publish by carol: the signature does not verify/, withKeyOfItsOwn],
  ];

  test.each(broken)('is found out: %s', async (_what, found, tamper) => {
    await tamper();
    const { code, stdout, stderr } = await verifyAll('policy/default');
    expect(stdout).toMatch(new RegExp(`✗ +.*${found.source}`));
    expect([3, 10]).toContain(code);
    expect(stderr).toMatch(/error: \d+ of \d+ checks? (does|do) not hold/);
    expect(stderr).toContain('next: believe nothing that this stack decides');
  });
});

/** Whoever holds the database enrols a key for carol and signs with it; the keys of the auditor do not know it. */
async function withKeyOfItsOwn(): Promise<void> {
  const { privateKeyPem, publicKeyPem } = generateKeyPair();
  const act = {
    ...{
      verb: 'publish' as const,
      principal: 'carol',
      tenant: 'default',
      nonce: randomUUID(),
      document: await newest(),
    },
    ...{ issuedAt: new Date().toISOString(), expiresAt: new Date(Date.now() + 60_000).toISOString() },
  } as const;
  const keyId = keyIdOf(publicKeyPem);
  await asOwner(
    engine,
    `insert into principal_keys (tenant_id, key_id, principal, purpose, public_key_pem, valid_from, enrolled_by)
     values ('default', $1, 'carol', 'person', $2, now(), 'carol')`,
    ...[keyId, publicKeyPem],
  );
  await replaceAct('publish', await signStatement(policyActStatement(act), loadSigner(privateKeyPem)));
  expect(await verify('policy/default', '--root', root)).toMatchObject({ code: 0 });
}

test('the answer for machines names every finding, and whether all hold', async () => {
  await asOwner(engine, `update policy_versions set content = content || '# more' ${newestOnly}`);
  const run = await verifyAll('policy/default', '-o', 'json');
  expect(JSON.parse(run.stdout)).toMatchObject({
    verified: false,
    newest: expect.arrayContaining([expect.objectContaining({ version: 'policy/default@3' })]),
    findings: expect.arrayContaining([
      {
        ...{ version: 'policy/default@3', check: 'text and chain', problem: 'POLICY_UNTRUSTED' },
        found: 'was changed after it was signed',
      },
    ]),
  });
});
