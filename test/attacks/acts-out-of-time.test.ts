import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type pg from 'pg';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { RefusedDrafts } from '../../apps/enrolment/policy/refused-drafts.js';
import { submitPolicyAct, type SubmitDeps } from '../../apps/enrolment/policy/submit.js';
import { asLanekeeperError } from '../../core/errors.js';
import type { PolicyAct, PolicyVerb } from '../../core/evidence/policy-act.js';
import type { DocumentKind, VersionName } from '../../core/governance/document.js';
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

const depsOf = (on: Database): SubmitDeps => ({
  ...{ database: on, now: () => new Date(), refusedDrafts: new RefusedDrafts() },
  rules: new PolicyBook(database, roots, { forChanges: true }),
});

/** Hands a statement in. @returns the state of the version, or why it was refused */
function send(signed: Uint8Array, text = '', deps = depsOf(database)): Promise<string> {
  return submitPolicyAct(deps, signed, { text }).then(
    ({ version }) => version.state,
    (error: unknown) => {
      const known = asLanekeeperError(error);
      return known === undefined ? String(error) : `${known.code}: ${known.why ?? known.message}`;
    },
  );
}

const sign = (person: string, verb: PolicyVerb, document: VersionName, changes: Partial<PolicyAct> = {}) =>
  signPolicyAct(cluster, person, verb, document, changes);

const say = async (person: string, verb: PolicyVerb, document: VersionName, text = '', changes = {}) =>
  send(await sign(person, verb, document, changes), text);

/** A policy that adds gates to the default one. */
function policyOf(name: string, gates = ['{ id: two, type: APPROVAL, approvals: { count: 1, roles: [qa] } }']): string {
  const lines = gates.map((gate) => `    - ${gate}\n`).join('');
  return `apiVersion: lanekeeper.dev/v1\nkind: Policy\nmetadata: { name: ${name} }\nspec:\n  extends: default\n  gates:\n${lines}`;
}

/** A version that waits to be published. */
async function waits(kind: DocumentKind, name: string, text: string, author = 'dev'): Promise<VersionName> {
  const document = await nextVersion({ database }, kind, name, text);
  expect(await say(author, 'draft', document, text)).toBe('DRAFT');
  expect(await say(author, 'submit', document)).toBe('PENDING_APPROVAL');
  return document;
}

/** What a process that judges believes, when it has just started. */
const believed = () =>
  new PolicyBook(database, roots).load('default').then(
    () => 'believed',
    (error: unknown) => asLanekeeperError(error)?.why ?? String(error),
  );

describe('a statement that withdraws a draft', () => {
  test('and that was held back takes nothing out of force once the version is published', async () => {
    const version = await waits('policy', 'held', policyOf('held'));
    const heldBack = await sign('carol', 'retire', version);
    expect(await say('carol', 'publish', version)).toBe('PUBLISHED');
    expect(await send(heldBack)).toBe(
      'DECISION_MISMATCH: it does not say that it is about a version that was published',
    );
    expect(await believed()).toBe('believed');
    expect(await say('carol', 'retire', version, '', { published: true })).toBe('RETIRED');
    expect(await believed()).toBe('believed');
  });

  test('says so, and says it of nothing but a draft', async () => {
    const version = await waits('policy', 'said', policyOf('said'));
    expect(await say('dev', 'retire', version, '', { published: undefined })).toContain('DECISION_MISMATCH');
    expect(await say('dev', 'retire', version, '', { published: true })).toContain('DECISION_MISMATCH');
    expect(await say('carol', 'publish', version, '', { published: true })).toContain('EVIDENCE_INVALID');
    expect(await say('dev', 'retire', version)).toBe('RETIRED');
  });

  test('does not make a process believe that what it was about is out of force', async () => {
    const version = await waits('policy', 'forged', policyOf('forged'));
    const heldBack = await sign('carol', 'retire', version);
    expect(await say('carol', 'publish', version)).toBe('PUBLISHED');
    await owner.query('begin; set local session_replication_role = replica');
    await owner.query(
      `insert into policy_acts (tenant_id, statement_digest, version_digest, verb, principal, key_id, nonce, signed)
       select tenant_id, $1, version_digest, 'retire', principal, key_id, $2, $3 from policy_acts
        where verb = 'publish' and version_digest = (select digest from policy_heads where name = 'forged')`,
      [`sha256:${'c'.repeat(64)}`, randomUUID(), new TextDecoder().decode(heldBack)],
    );
    const state = "update policy_versions set state = $1 where name = 'forged'";
    await owner.query(state, ['RETIRED']);
    await owner.query('commit');
    expect(await believed()).toBe('nobody has signed that it is taken out of force');
    await owner.query('alter table policy_versions disable trigger user');
    await owner.query(state, ['PUBLISHED']);
    await owner.query('alter table policy_versions enable trigger user');
    expect(await believed()).toBe('believed');
  });
});

describe('a key that is revoked from before something was signed with it', () => {
  const since = () => new Date(Date.now() - 3_600_000);
  /** Past the triggers, which let the validity of a key only be shortened. */
  const end = async (person: string, until: Date | null) => {
    await owner.query('begin; set local session_replication_role = replica');
    await owner.query("update principal_keys set valid_until = $2 where principal = $1 and purpose = 'person'", [
      ...[person, until],
    ]);
    await owner.query('commit');
  };

  test('has drafted nothing that could be published, which no process would believe then', async () => {
    const text = `${await publishedText({ database }, 'policy', 'default')}# it\n`;
    const version = await waits('policy', 'default', text, 'bob');
    await end('bob', since());
    try {
      expect(await say('carol', 'publish', version)).toBe(
        'UNTRUSTED_SIGNER: the key with which bob has drafted it was revoked from before then: somebody has to draft it again',
      );
      expect(await believed()).toBe('believed');
    } finally {
      await end('bob', null);
    }
    expect(await say('carol', 'publish', version)).toBe('PUBLISHED');
  });

  test('counts among nobody of two who publish, and neither does a role that was taken away', async () => {
    const document = 'governance';
    const text = `${await publishedText({ database }, document, document)}# ${randomUUID()}\n`;
    await owner.query("update principals set roles = array['operator'] where name in ('alice', 'bob')");
    const version = await waits(document, document, text, 'alice');
    expect(await say('carol', 'publish', version)).toBe('PENDING_APPROVAL');
    await end('carol', since());
    try {
      expect(await say('dev', 'publish', version)).toBe('PENDING_APPROVAL');
    } finally {
      await end('carol', null);
    }
    await owner.query("update principals set roles = array['developer'] where name in ('carol', 'dev')");
    expect(await say('bob', 'publish', version)).toBe('PENDING_APPROVAL');
    await owner.query(
      "update principals set roles = array['operator', 'release-manager'] where name in ('carol', 'dev')",
    );
    expect(await say('bob', 'publish', version)).toContain('bob has agreed to it already');
  });
});

describe('a large draft', () => {
  test('is read and fitted while nobody who changes the rules of the tenant waits for it', async () => {
    const terms = (gate: number) =>
      Array.from({ length: 30 }, (_, at) => `evidence.exists(e, e.a == "${String(gate)} ${String(at)}")`).join(' || ');
    const gates = Array.from(
      { length: 200 },
      (_, gate) => `{ id: g${String(gate)}, type: COMPLIANCE, rule: '${terms(gate)}' }`,
    );
    const text = policyOf('large', gates).slice(0, 256 * 1024);
    const version = await nextVersion({ database }, 'policy', 'large', text);
    const locked: number[] = [];
    const deps = depsOf(timing(database, locked));
    await deps.rules.load('default');
    const signed = await sign('dev', 'draft', version);
    const begun = performance.now();
    expect(await send(signed, text, deps)).toBe('DRAFT');
    const whole = performance.now() - begun;
    // It begins twice: once to see that it has to be read, and once to write it.
    expect(locked).toHaveLength(2);
    expect(locked.reduce((sum, one) => sum + one, 0)).toBeLessThan(whole / 3);
  });
});

/** A database that notes for how long each transaction holds the lock under which rules change, in milliseconds. */
function timing(inner: Database, locked: number[]): Database {
  return {
    ...inner,
    transaction: async (tenant, work, limits) => {
      let since: number | undefined;
      try {
        return await inner.transaction(
          tenant,
          (tx) =>
            work({
              ...tx,
              async query(sql, values) {
                const rows = await tx.query(sql, values);
                if (sql.includes('pg_advisory_xact_lock')) since = performance.now();
                return rows as never;
              },
            }),
          limits,
        );
      } finally {
        if (since !== undefined) locked.push(performance.now() - since);
      }
    },
  };
}

test('rules that change while their chain is read are read again, and are not taken for forged', async () => {
  const version = await waits('policy', 'raced', policyOf('raced'));
  let isPublished = false;
  const racing: Database = {
    ...database,
    transaction: (tenant, work, limits) =>
      database.transaction(
        tenant,
        (tx) =>
          work({
            ...tx,
            async query(sql, values) {
              // After the heads were read, and before the first chain is.
              if (sql.includes('published_at is not null order by version') && !isPublished) {
                isPublished = true;
                expect(await say('carol', 'publish', next)).toBe('PUBLISHED');
              }
              return tx.query(sql, values);
            },
          }),
        limits,
      ),
  };
  expect(await say('carol', 'publish', version)).toBe('PUBLISHED');
  const next = await waits('policy', 'raced', `${policyOf('raced')}# 2\n`);
  const book = await new PolicyBook(racing, roots).load('default');
  expect([isPublished, book.policies.get('raced')?.version]).toEqual([true, next.version]);
});

test('a comment that is not seen as it is, is refused, and one in any language is kept', async () => {
  const text = `${await publishedText({ database }, 'policy', 'default')}# ${randomUUID()}\n`;
  const version = await nextVersion({ database }, 'policy', 'default', text);
  const draft = (comment: string) => say('dev', 'draft', version, text, { comment });
  expect(await draft('safe\u202Egnp.exe')).toContain('INVALID_INPUT: its comment: it has U+202E');
  expect(await draft('a\u200Bb')).toContain('U+200B');
  expect(await draft('\u3164')).toContain('nothing of it is seen');
  expect(await draft('نمونه\u200Cها, 👩\u200D🚀,\n検査')).toBe('DRAFT');
});
