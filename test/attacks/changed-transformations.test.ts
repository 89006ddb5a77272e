import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { EvidenceCache } from '../../activities/policy/evidence-cache.js';
import { newestGates } from '../../activities/policy/newest-gates.js';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { whenPrepared } from '../../activities/policy/preparation.js';
import { submitTransformation } from '../../apps/enrolment/transformation/submit.js';
import { ensureDevelopmentIdentities } from '../../apps/stack/development-identities.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import { type Database, openDatabase } from '../../store/database.js';
import { storesIn } from '../support/blobs.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { installPolicies } from '../support/installed-rules.js';
import { type SayingOfTransformation, signTransformation } from '../support/transformation-people.js';

let cluster: EmbeddedCluster;
let enrolment: Database;
let control: Database;
let owner: pg.Client;
let rules: PolicyBook;
beforeAll(async () => {
  cluster = await startCluster();
  await ensureDevelopmentIdentities(cluster.dataDir, cluster.urls.enrolment);
  enrolment = openDatabase({ url: cluster.urls.enrolment, maxConnections: 2 });
  control = openDatabase({ url: cluster.urls.control, maxConnections: 2 });
  rules = new PolicyBook(control, await installPolicies(cluster.urls));
  owner = new pg.Client({ connectionString: cluster.adminUrl });
  await owner.connect();
  for (const product of ['shop', 'till', 'desk'])
    await owner.query("insert into products (tenant_id, name, repository) values ('default', $1, '/srv')", [product]);
});
afterAll(async () => {
  await owner.end();
  await control.close();
  await enrolment.close();
  await cluster.close();
});

const deps = { now: () => new Date() };
const say = async (name: string, saying: SayingOfTransformation, person = 'dev') =>
  submitTransformation(
    { ...deps, database: enrolment },
    await signTransformation({ dataDir: cluster.dataDir }, person, name, saying),
  );

/** A process that judges, as it is after a start: it has verified nothing. */
const fresh = () => ({ blobs: storesIn(cluster.dataDir), rules, cache: new EvidenceCache() });

/** By which profile a product is judged, or why that is not known. */
async function judged(product = 'shop', process = fresh()): Promise<string> {
  const newest = await whenPrepared(process, 'default', (known) =>
    control.transaction('default', (tx) => newestGates(tx, known, { product, lane: 'silver', kind: 'PROMOTION' })),
  );
  if (!('problem' in newest)) return newest.profile.name || 'none';
  const { code, message, why, next } = newest.problem;
  expect(next).toMatch(/lane transformation history \S+ --verify; then restore it from a backup, or put it again/);
  return `${code}: ${message}: ${why ?? ''}`;
}

/** Does something as the owner of the tables, past every trigger. */
async function tamper(sql: string, values: readonly unknown[]): Promise<void> {
  await owner.query('begin; set local session_replication_role = replica');
  await owner.query(sql, [...values]);
  await owner.query('commit');
}

interface Attack {
  readonly does: string;
  readonly undoes: string;
  readonly values?: readonly unknown[];
  readonly why: string;
}

const untrusted = 'POLICY_UNTRUSTED: transformation checkout is not to be believed: ';

describe('whoever writes into the database', () => {
  const spec = { profile: 'togaf', products: ['shop'] };
  const lax = canonicalJson({ ...spec, profile: 'scrum' });
  const attacks: Readonly<Record<string, Attack>> = {
    'its content': {
      does: "update transformations set content = $1 where name = 'checkout'",
      undoes: "update transformations set content = (select content from kept) where name = 'checkout'",
      values: [lax],
      why: 'its content is not what was signed',
    },
    'its content with its digest': {
      does: "update transformations set content = $1, content_digest = $2 where name = 'checkout'",
      undoes:
        "update transformations t set content = k.content, content_digest = k.content_digest from kept k where t.name = 'checkout'",
      values: [lax, digestOf(lax)],
      why: 'its content is not what was signed',
    },
    'its state': {
      does: "update transformations set state = 'RETIRED' where name = 'checkout'",
      undoes: "update transformations set state = 'ACTIVE' where name = 'checkout'",
      why: 'it is RETIRED, which nobody has signed',
    },
    'its revision': {
      does: "update transformations set revision = 1 where name = 'checkout'",
      undoes: "update transformations set revision = 2 where name = 'checkout'",
      why: 'its newest statement is about another revision',
    },
    'that it is there': {
      does: "delete from transformations where name = 'checkout'",
      undoes: 'insert into transformations select * from kept',
      why: 'its newest statement is about another revision',
    },
    'the statement': {
      does: "update transformation_changes set signed = replace(signed, 'payload', 'payl0ad') where name = 'checkout' and revision = 2",
      undoes:
        "update transformation_changes set signed = replace(signed, 'payl0ad', 'payload') where name = 'checkout' and revision = 2",
      why: 'its newest statement cannot be relied on',
    },
    'who has signed': {
      does: "update transformation_changes set key_id = (select key_id from principal_keys where principal = 'carol' limit 1) where name = 'checkout' and revision = 2",
      undoes:
        "update transformation_changes set key_id = (select key_id from principal_keys where principal = 'dev' limit 1) where name = 'checkout' and revision = 2",
      why: 'its newest statement cannot be relied on',
    },
    'when it was registered': {
      does: "update transformation_changes set registered_at = registered_at + interval '1 year' where name = 'checkout' and revision = 2",
      undoes:
        "update transformation_changes set registered_at = registered_at - interval '1 year' where name = 'checkout' and revision = 2",
      why: 'its newest statement had expired when it was registered',
    },
    'the revision before': {
      does: "update transformation_changes set revision = 99 where name = 'checkout' and revision = 1",
      undoes: "update transformation_changes set revision = 1 where name = 'checkout' and revision = 99",
      why: 'its revision 99 does not follow the one before it',
    },
  };

  test('changes the gates of no product: not by any column of a transformation, nor by the statement behind it', async () => {
    await say('checkout', { spec: { ...spec, profile: 'scrum' } });
    await say('checkout', { revision: 1, spec });
    expect(await judged()).toBe('togaf');
    await owner.query("create table kept as select * from transformations where name = 'checkout'");
    for (const [what, { does, undoes, values = [], why }] of Object.entries(attacks)) {
      await tamper(does, values);
      expect([what, await judged()]).toEqual([what, expect.stringContaining(`${untrusted}${why}`)]);
      await tamper(undoes, []);
      expect([what, await judged()]).toEqual([what, 'togaf']);
    }
    await owner.query('drop table kept');
  });

  test('changes nothing by who belongs to it, which the signed content says', async () => {
    await say('desks', { spec: { profile: 'safe', products: ['desk'] } });
    await tamper("update transformation_products set product = 'till' where name = 'desks'", []);
    expect(await judged('desk')).toBe('safe');
    expect(await judged('till')).toBe('none');
    await tamper("update transformation_products set product = 'desk' where name = 'desks'", []);
  });

  test('is found out, too, by a process that had believed what was there before', async () => {
    const running = fresh();
    expect(await judged('desk', running)).toBe('safe');
    const content = canonicalJson({ profile: 'scrum', products: ['desk'] });
    await owner.query("create table kept as select * from transformations where name = 'desks'");
    await tamper("update transformations set content = $1 where name = 'desks'", [content]);
    expect(await judged('desk', running)).toContain('its content is not what was signed');
    await tamper("update transformations set content = (select content from kept) where name = 'desks'", []);
    await owner.query('drop table kept');
    expect(await judged('desk', running)).toBe('safe');
  });

  test('adds no transformation that nobody has signed, though it is complete in itself', async () => {
    const content = canonicalJson({ profile: 'scrum', products: ['till'] });
    const name = `t${randomUUID()}`;
    await tamper(
      `insert into transformations (tenant_id, name, revision, state, content, content_digest, changed_by)
       values ('default', $1, 1, 'ACTIVE', $2, $3, 'dev')`,
      [name, content, digestOf(content)],
    );
    expect(await judged('till')).toContain(`transformation ${name} is not to be believed: nobody has signed it`);
    await tamper('delete from transformations where name = $1', [name]);
    expect(await judged('till')).toBe('none');
  });
});

describe('a key that is revoked from before it signed', () => {
  test('takes its transformation along, for its products alone, until somebody else puts it again', async () => {
    await say('tills', { spec: { profile: 'scrum', products: ['till'] } }, 'carol');
    const revoke = "update principal_keys set valid_until = $1 where principal = 'carol' and purpose = 'person'";
    await tamper(revoke, [new Date(Date.now() - 3_600_000)]);
    await tamper("update principal_keys set valid_from = $1 where principal = 'carol' and purpose = 'person'", [
      new Date(Date.now() - 7_200_000),
    ]);
    expect(await judged('till')).toContain('the key of carol did not count when it was signed');
    expect(await judged('shop')).toBe('togaf');
    await say('tills', { revision: 1, spec: { profile: 'safe', products: ['till'] } });
    expect(await judged('till')).toBe('safe');
  });
});
