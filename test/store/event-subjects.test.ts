import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { MethodEvent } from '../../core/event/types.js';
import { digestOf } from '../../core/hash.js';
import { type Database, openDatabase } from '../../store/database.js';
import { newestEvents, readTimeline } from '../../store/event/list.js';
import { eventsAfter } from '../../store/event/read.js';
import { appendEvent } from '../../store/event/write.js';
import { migrate } from '../../store/migrate.js';
import { onTestFinished } from '../support/clean-up.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';

let cluster: EmbeddedCluster;
let database: Database;
beforeAll(async () => {
  cluster = await startCluster();
  database = openDatabase({ url: cluster.urls.control });
});
afterAll(async () => {
  await database.close();
  await cluster.close();
});

const bundleDigest = digestOf('a bundle');
const about = { product: 'web', lane: 'bronze', bundleDigest } as const;
const start = { transactionId: '0', eventId: 0 };

const append = (...events: readonly MethodEvent[]) =>
  database.transaction('default', async (tx) => {
    for (const event of events) await appendEvent(tx, event);
  });

/** A new database on the same server, as it was after migration 0010. */
async function databaseBefore0011(name: string): Promise<{ readonly url: string; readonly client: pg.Client }> {
  const url = new URL(cluster.adminUrl);
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  onTestFinished(() => client.end());
  await client.query('create table schema_migrations (name text primary key, checksum text not null)');
  await client.query('alter table schema_migrations add column applied_at timestamptz not null default now()');
  const folder = join(import.meta.dirname, '../../store/migrations');
  for (const file of (await readdir(folder)).sort().filter((each) => each < '0011')) {
    const sql = await readFile(join(folder, file), 'utf8');
    await client.query(sql);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [file, digestOf(sql)]);
  }
  return { url: url.href, client };
}

describe('what an event is about', () => {
  test('is written with it, read with it, and has a timeline of its own', async () => {
    await append(
      {
        ...about,
        type: 'promotion.requested',
        promotionId: 'p1',
        data: { kind: 'PROMOTION', policyDigest: bundleDigest },
      },
      { ...about, type: 'lane.queued', promotionId: 'p2', data: {} },
      { ...about, type: 'lane.granted', promotionId: 'p1', data: { fencingToken: 7 } },
      { type: 'release.sealed', product: 'web', bundleDigest, releaseId: 'r1', data: {} },
    );
    await database.transaction('default', async (tx) => {
      const [requested, queued, granted] = await eventsAfter(tx, start, 10);
      expect(requested).toMatchObject({ ...about, type: 'promotion.requested', promotionId: 'p1' });
      expect(queued).toMatchObject({ ...about, type: 'lane.queued', promotionId: 'p2' });
      const timeline = await readTimeline(tx, { promotionId: 'p1' });
      expect(timeline.map(({ type }) => type)).toEqual(['promotion.requested', 'lane.granted']);
      const newer = await newestEvents(tx, 'p1', requested!.position.eventId, 10);
      expect(newer.map(({ id }) => id)).toEqual([granted!.position.eventId]);
      expect(await readTimeline(tx, { releaseId: 'r1' })).toMatchObject([{ type: 'release.sealed' }]);
    });
  });

  test('may be the tenant alone', async () => {
    await append({ type: 'repository.allowed', data: { pattern: '/srv/*' } });
    const events = await database.transaction('default', (tx) => eventsAfter(tx, start, 10));
    const event = events.find(({ type }) => type === 'repository.allowed')!;
    expect([event.product, event.lane, event.promotionId, event.bundleDigest]).toEqual([
      null,
      null,
      undefined,
      undefined,
    ]);
  });

  test('is never changed, not even by the owner of the tables', async () => {
    const admin = new pg.Client({ connectionString: cluster.adminUrl });
    await admin.connect();
    onTestFinished(() => admin.end());
    for (const sql of ["update event_subjects set id = 'p3'", 'delete from event_subjects', 'truncate event_subjects'])
      await expect(admin.query(sql)).rejects.toThrow('never changed');
  });
});

describe('a log from before events had rows for what they are about', () => {
  test('has them after the migration, in the tenants of its events', async () => {
    const { url, client } = await databaseBefore0011('older');
    await client.query("insert into tenants (id) values ('other')");
    await client.query(
      `insert into method_events (tenant_id, type, product, lane, bundle_digest, promotion_id, release_id) values
         ('default', 'lane.queued', 'web', 'bronze', $1, 'p1', null), ('other', 'lane.queued', 'web', 'gold', $1, 'p2', null),
         ('default', 'release.sealed', 'web', null, $1, null, 'r1'), ('default', 'repository.allowed', null, null, null, null, null)`,
      [bundleDigest],
    );
    expect(await migrate(url, cluster.passwords)).toContain('0011-event-subjects.sql');
    const { rows } = await client.query(
      `select s.tenant_id, e.type, e.product, e.lane, s.kind, s.id from event_subjects s
         join method_events e on e.tenant_id = s.tenant_id and e.id = s.event_id order by e.id, s.kind`,
    );
    const row = (tenant: string, type: string, lane: string | null, kind: string, id: string) => ({
      tenant_id: tenant,
      type,
      product: 'web',
      lane,
      kind,
      id,
    });
    expect(rows).toEqual([
      row('default', 'lane.queued', 'bronze', 'bundle', bundleDigest),
      row('default', 'lane.queued', 'bronze', 'promotion', 'p1'),
      row('other', 'lane.queued', 'gold', 'bundle', bundleDigest),
      row('other', 'lane.queued', 'gold', 'promotion', 'p2'),
      row('default', 'release.sealed', null, 'bundle', bundleDigest),
      row('default', 'release.sealed', null, 'release', 'r1'),
    ]);
  });
});
