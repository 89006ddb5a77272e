import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';
import { submitPolicyAct } from '../../apps/enrolment/policy/submit.js';
import { asLanekeeperError } from '../../core/errors.js';
import type { PolicyVerb } from '../../core/evidence/policy-act.js';
import { digestOfVersion, type VersionName } from '../../core/governance/document.js';
import type { PolicyRoots } from '../../core/governance/pins.js';
import type { Database } from '../../store/database.js';
import type { EmbeddedCluster } from '../support/embedded-cluster.js';
import { nextVersion, publishedText, signPolicyAct } from '../support/policy-people.js';
import { type RulesScene, startRulesScene } from '../support/rules-scene.js';

let scene: RulesScene;
let cluster: EmbeddedCluster;
let database: Database;
let roots: PolicyRoots;
let owner: pg.Client;
beforeAll(async () => {
  scene = await startRulesScene();
  ({ cluster, database, roots, owner } = scene);
});
afterAll(() => scene.close());

/** What a process believes that has just started. */
const believed = () => new PolicyBook(database, roots).load('default').then((book) => book, codeOf);

const codeOf = (error: unknown) => {
  const known = asLanekeeperError(error);
  return known === undefined ? String(error) : `${known.code}: ${known.why ?? known.message}`;
};

/** Hands a statement in. @returns the state of the version, or why it was refused */
async function say(person: string, verb: PolicyVerb, document: VersionName, text = '', changes = {}): Promise<string> {
  const signed = await signPolicyAct(cluster, person, verb, document, changes);
  return send(signed, text);
}

function send(signed: Uint8Array, text = '', tests = ''): Promise<string> {
  const rules = new PolicyBook(database, roots, { forChanges: true });
  const deps = { database, rules, refusedDrafts: new RefusedDrafts(), now: () => new Date() };
  return submitPolicyAct(deps, signed, { text, tests }).then(({ version }) => version.state, codeOf);
}

/** The next version of the default policy, with a text of its own. */
async function newText(): Promise<{ readonly text: string; readonly document: VersionName }> {
  const text = `${await publishedText({ database }, 'policy', 'default')}# ${randomUUID()}\n`;
  return { text, document: await nextVersion({ database }, 'policy', 'default', text) };
}

/** One person drafts and submits the next version. */
async function submitted(author = 'dev'): Promise<VersionName> {
  const { text, document } = await newText();
  expect(await say(author, 'draft', document, text)).toBe('DRAFT');
  expect(await say(author, 'submit', document)).toBe('PENDING_APPROVAL');
  return document;
}

async function published(): Promise<VersionName> {
  const document = await submitted();
  expect(await say('carol', 'publish', document)).toBe('PUBLISHED');
  return document;
}

/** Does something as the owner of the tables, past every trigger, and undoes it. */
async function tampered<T>(sql: string, values: unknown[], work: () => Promise<T>, undo: readonly [string, unknown[]]) {
  const bypass = async (statement: string, given: unknown[]) => {
    await owner.query('begin; set local session_replication_role = replica');
    await owner.query(statement, given);
    await owner.query('commit');
  };
  await bypass(sql, values);
  try {
    return await work();
  } finally {
    await bypass(...undo);
  }
}

describe('whoever publishes a version', () => {
  test('is never its author, through whichever door the statement comes', async () => {
    const document = await submitted('dev');
    expect(await say('dev', 'publish', document)).toContain('SELF_APPROVAL: dev has drafted it');
    expect(await say('carol', 'publish', document, '', { principal: 'dev' })).toContain('SIGNATURE_INVALID');
    expect(await say('carol', 'publish', document)).toBe('PUBLISHED');
  });

  test('has a role that the published policy of policies demands', async () => {
    const document = await submitted();
    expect(await say('alice', 'publish', document)).toContain('ROLE_MISSING: alice has none of the roles');
    expect(await say('dev', 'retire', document)).toBe('RETIRED');
  });

  test('wins alone when two publish at once, and the other is told which version came first', async () => {
    const [one, other] = [await submitted('dev'), await submitted('alice')];
    const outcomes = await Promise.all([say('carol', 'publish', one), say('dev', 'publish', other)]);
    expect(outcomes.filter((outcome) => outcome === 'PUBLISHED')).toHaveLength(1);
    expect(outcomes.find((outcome) => outcome !== 'PUBLISHED')).toMatch(
      /^CONFLICT: version \d+ was published meanwhile/,
    );
  });

  test('is one of two for the policy of policies', async () => {
    const text = `${await publishedText({ database }, 'governance', 'governance')}# ${randomUUID()}\n`;
    const document = await nextVersion({ database }, 'governance', 'governance', text);
    expect(await say('alice', 'draft', document, text)).toContain('ROLE_MISSING');
    expect(await say('dev', 'draft', document, text)).toBe('DRAFT');
    expect(await say('dev', 'submit', document)).toBe('PENDING_APPROVAL');
    expect(await say('carol', 'publish', document)).toBe('PENDING_APPROVAL');
    expect(await say('carol', 'publish', document)).toContain('CONFLICT: carol has agreed to it already');
  });
});

describe('the chain of versions', () => {
  test('admits no older version that is put back, though it was signed (as in CVE-2026-44544)', async () => {
    const older = await published();
    const newer = await published();
    expect(await say('carol', 'publish', older)).toContain('WRONG_STATE');
    expect(await say('dev', 'submit', older)).toContain('WRONG_STATE');
    const head = "update policy_heads set version = $2, digest = $3 where kind = $1 and name = 'default'";
    const back: [string, unknown[]] = [head, ['policy', newer.version, digestOfVersion(newer)]];
    const seen = await tampered(head, ['policy', older.version, digestOfVersion(older)], believed, back);
    expect(seen).toContain('POLICY_UNTRUSTED');
    await expect(
      database.transaction('default', (tx) => tx.query(head, ['policy', older.version, digestOfVersion(older)])),
    ).rejects.toThrow('none is skipped or put back');
  });

  test('admits no version that skips the one before it (as in CVE-2026-128035)', async () => {
    const { text, document } = await newText();
    const { previous: _previous, ...first } = document;
    expect(await say('dev', 'draft', { ...first, version: 1 }, text)).toContain('CONFLICT');
    expect(await say('dev', 'draft', { ...document, version: document.version + 1 }, text)).toContain('CONFLICT');
    const stale = await submitted();
    await published();
    expect(await say('carol', 'publish', stale)).toContain('CONFLICT');
    expect(await say('dev', 'submit', stale)).toContain('WRONG_STATE');
  });

  test('begins with what is pinned outside of the database, and with nothing that replaces it (as in CVE-2026-128036)', async () => {
    const change = 'update policy_installations set content = $1, digest = $2';
    const [row] = (
      await owner.query<{ content: string; digest: string }>('select content, digest from policy_installations')
    ).rows;
    const other = `sha256:${'a'.repeat(64)}`;
    const forged = row?.content.replace(/sha256:[0-9a-f]{64}/, other);
    const back: [string, unknown[]] = [change, [row?.content, row?.digest]];
    expect(await tampered(change, [forged, row?.digest], believed, back)).toContain(
      'what was installed is not what is pinned',
    );
    const elsewhere = new PolicyBook(database, new Map([['default', other as `sha256:${string}`]]));
    expect(await elsewhere.load('default').catch(codeOf)).toContain('what was installed is not what is pinned');
    expect(await new PolicyBook(database, new Map()).load('default').catch(codeOf)).toContain('CONFIGURATION');
    expect(await believed()).toHaveProperty('governance');
  });

  test('breaks where a text, an author or a signature was changed', async () => {
    const version = digestOfVersion(await published());
    const columns = ['content', 'version', 'name', 'kind'] as const;
    for (const column of columns) {
      const [row] = (
        await owner.query<{ value: unknown }>(`select ${column} as value from policy_versions where digest = $1`, [
          version,
        ])
      ).rows;
      const set = `update policy_versions set ${column} = $2 where digest = $1`;
      const value = column === 'version' ? 999 : column === 'kind' ? 'profile' : 'forged';
      const seen = await tampered(set, [version, value], believed, [set, [version, row?.value]]);
      expect([column, seen]).toEqual([column, expect.stringContaining('POLICY_UNTRUSTED')]);
    }
    const acts = 'update policy_acts set verb = $2 where version_digest = $1 and verb = $3';
    expect(
      await tampered(acts, [version, 'retire', 'publish'], believed, [acts, [version, 'publish', 'retire']]),
    ).toContain('was not published by anybody other than its author');
  });

  test('judges nothing once a key with which it was published is revoked from before that, and can be replaced', async () => {
    const before = new PolicyBook(database, roots);
    await published();
    await before.load('default');
    const revoke = "update principal_keys set valid_until = $2 where principal = $1 and purpose = 'person'";
    const since = new Date(Date.now() - 60_000);
    const replaced = async () => {
      const seen = [await believed(), await before.load('default').then(String, codeOf)];
      const { text, document } = await newText();
      await say('alice', 'draft', document, text);
      await say('alice', 'submit', document);
      return [...seen, await say('dev', 'publish', document), typeof (await believed())];
    };
    expect(await tampered(revoke, ['carol', since], replaced, [revoke, ['carol', null]])).toEqual([
      expect.stringContaining('POLICY_UNTRUSTED'),
      expect.stringContaining('POLICY_UNTRUSTED'),
      'PUBLISHED',
      'object',
    ]);
  });

  test('is not ended by what somebody has signed about something else', async () => {
    const policy = (name: string, role: string) =>
      `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: ${name} }\nspec:\n  extends: default\n  gates:\n    - { id: two, type: APPROVAL, approvals: { count: 1, roles: [${role}] } }\n`;
    const [strict, other] = [policy('strict', 'qa'), policy('other', 'qa')];
    const own = await nextVersion({ database }, 'policy', 'strict', strict);
    await say('dev', 'draft', own, strict);
    await say('dev', 'submit', own);
    expect(await say('carol', 'publish', own)).toBe('PUBLISHED');
    const withdrawn = await nextVersion({ database }, 'policy', 'other', other);
    await say('alice', 'draft', withdrawn, other);
    expect(await say('alice', 'retire', withdrawn)).toBe('RETIRED');
    await database.transaction('default', async (tx) => {
      await tx.query(
        `insert into policy_acts (tenant_id, statement_digest, version_digest, verb, principal, key_id, nonce, comment, signed)
         select tenant_id, $2, $1, verb, principal, key_id, $3, comment, signed from policy_acts where verb = 'retire' and version_digest = $4`,
        [digestOfVersion(own), `sha256:${'b'.repeat(64)}`, randomUUID(), digestOfVersion(withdrawn)],
      );
      await tx.query("update policy_versions set state = 'RETIRED', retired_at = now() where digest = $1", [
        digestOfVersion(own),
      ]);
    });
    expect(await believed()).toBe('POLICY_UNTRUSTED: nobody has signed that it is taken out of force');
    await owner.query('alter table policy_versions disable trigger user');
    await owner.query("update policy_versions set state = 'PUBLISHED', retired_at = null where digest = $1", [
      digestOfVersion(own),
    ]);
    await owner.query('alter table policy_versions enable trigger user');
    expect(await believed()).toMatchObject({ policies: expect.anything() });
  });

  test('is not lengthened by a captured process without the signatures of people', async () => {
    const document = await submitted();
    const version = digestOfVersion(document);
    await owner.query('begin; set local session_replication_role = replica');
    await owner.query("update policy_versions set state = 'PUBLISHED', published_at = now() where digest = $1", [
      version,
    ]);
    await owner.query("update policy_heads set version = $1, digest = $2 where kind = 'policy' and name = 'default'", [
      ...[document.version, version],
    ]);
    await owner.query('commit');
    expect(await believed()).toContain('was not published by anybody other than its author');
    await expect(
      database.transaction('default', (tx) =>
        tx.query("update policy_versions set state = 'PENDING_APPROVAL' where digest = $1", [version]),
      ),
    ).rejects.toThrow('a version goes from draft to approval');
  });
});
