import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Doorbell } from '../../core/doorbell.js';
import { type Database, openDatabase } from '../../store/database.js';
import { eventsAfter } from '../../store/event/read.js';
import { appendEvent } from '../../store/event/write.js';
import { migrate } from '../../store/migrate.js';
import { registerProduct } from '../../store/product/write.js';
import { inSavepoint } from '../../store/savepoint.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';
import { onTestFinished } from '../support/clean-up.js';
import { until } from '../support/until.js';
import { describeSchema } from '../support/schema.js';

let cluster: EmbeddedCluster;
let database: Database;
let admin: pg.Client;
beforeAll(async () => {
  cluster = await startCluster();
  database = openDatabase({ url: cluster.databaseUrl });
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  await admin.query("insert into tenants (id) values ('other')");
});
afterAll(async () => {
  await admin.end();
  await database.close();
  await cluster.close();
});

const registered = (product: string) =>
  ({ type: 'product.registered', product, data: { repository: 'https://example.com/repository.git' } }) as const;

describe('the schema', () => {
  test('matches store/schema.txt', async () => {
    const golden = join(import.meta.dirname, '../../store/schema.txt');
    const schema = await describeSchema(admin);
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(golden, schema);
    expect(schema).toBe(await readFile(golden, 'utf8'));
  });

  test('is not changed by migrating again', async () => {
    expect(await migrate(cluster.adminUrl, cluster.passwords)).toEqual([]);
  });

  test('refuses a migration that was edited after it had been applied', async () => {
    await admin.query("update schema_migrations set checksum = 'another' where name = '0001-init.sql'");
    await expect(migrate(cluster.adminUrl, cluster.passwords)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('0001-init.sql'),
    });
  });
});

describe('a process', () => {
  test('neither sees nor writes rows of another tenant, in any table', async () => {
    await database.transaction('default', (tx) => registerProduct(tx, { name: 'mine', repository: '/mine' }));
    const tables = await admin.query<{ table_name: string }>(
      "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'",
    );
    expect(tables.rows.length).toBeGreaterThan(20);
    for (const { table_name: table } of tables.rows) {
      const seen = await database.transaction('other', (tx) =>
        tx.query(`select 1 from ${table} where tenant_id = 'default'`),
      );
      expect([table, seen]).toEqual([table, []]);
    }
    await expect(
      database.transaction('other', (tx) =>
        tx.query("insert into products (tenant_id, name, repository) values ('default', 'theirs', '/')"),
      ),
    ).rejects.toThrow('row-level security');
  });

  test('cannot change or delete what is sealed', async () => {
    const control = openDatabase({ url: cluster.urls.control, maxConnections: 1 });
    onTestFinished(() => control.close());
    for (const table of [
      'bundles',
      'artifacts',
      'attestations',
      'policy_snapshots',
      'decisions',
      'method_events',
      'event_subjects',
      'alias_switches',
    ]) {
      await expect(control.transaction('default', (tx) => tx.query(`delete from ${table}`))).rejects.toThrow(
        'permission denied',
      );
      await expect(
        control.transaction('default', (tx) => tx.query(`update ${table} set tenant_id = tenant_id`)),
      ).rejects.toThrow('permission denied');
    }
  });

  test('cannot change a fact, and neither can the owner of the tables', async () => {
    await expect(admin.query("update method_events set type = 'product.registered'")).rejects.toThrow('never changed');
  });
});

describe('a part of a transaction', () => {
  test('that fails in PostgreSQL is undone, and the rest goes on', async () => {
    const product = { name: 'before', repository: '/before' };
    await database.transaction('default', async (tx) => {
      await registerProduct(tx, product);
      const part = inSavepoint(tx, async () => {
        await registerProduct(tx, { name: 'undone', repository: '/undone' });
        return tx.query("select 'no number'::integer");
      });
      await expect(part).rejects.toThrow('invalid input syntax');
    });
    const { rows } = await admin.query("select name from products where name in ('before', 'undone')");
    expect(rows).toEqual([{ name: 'before' }]);
  });
});

describe('the log of method events', () => {
  test('is read in commit order, and an event that commits late is not skipped', async () => {
    const early = new pg.Client({ connectionString: cluster.adminUrl });
    await early.connect();
    const start = (
      await database.transaction('default', (tx) => eventsAfter(tx, { transactionId: '0', eventId: 0 }, 1_000))
    ).at(-1)?.position ?? { transactionId: '0', eventId: 0 };
    await early.query('begin');
    await early.query(
      "insert into method_events (tenant_id, type, product) values ('default', 'product.registered', 'late')",
    );
    await database.transaction('default', (tx) => appendEvent(tx, registered('quick')));
    const meanwhile = await database.transaction('default', (tx) => eventsAfter(tx, start, 10));
    expect(meanwhile).toEqual([]);
    await early.query('commit');
    await early.end();
    const then = await database.transaction('default', (tx) => eventsAfter(tx, start, 10));
    expect(then.map((event) => event.product)).toEqual(['late', 'quick']);
  });

  test('loses no event with many writers that commit in any order', async () => {
    const start = (
      await database.transaction('default', (tx) => eventsAfter(tx, { transactionId: '0', eventId: 0 }, 1_000))
    ).at(-1)?.position ?? { transactionId: '0', eventId: 0 };
    const seen: string[] = [];
    let position = start;
    const written = new Doorbell();
    const reader = (async () => {
      for (;;) {
        const last = written.isRung();
        for (const event of await database.transaction('default', (tx) => eventsAfter(tx, position, 50))) {
          seen.push(event.product ?? '');
          position = event.position;
        }
        if (last && seen.length >= 400) return;
      }
    })();
    const write = (writer: number, index: number) =>
      database.transaction('default', async (tx) => {
        await appendEvent(tx, registered(`w${writer}-${index}`));
        await tx.query('select pg_sleep($1)', [Math.random() / 200]);
      });
    await Promise.all(
      [0, 1, 2, 3, 4, 5, 6, 7].map(async (writer) => {
        for (let index = 0; index < 50; index += 1) await write(writer, index);
      }),
    );
    written.ring();
    await reader;
    expect(new Set(seen).size).toBe(400);
    expect(seen).toHaveLength(400);
  });

  test('tells other processes of what concerns somebody, once it is committed, and of nothing else', async () => {
    const added = { type: 'principal.added', data: { principal: 'eve', kind: 'human' } } as const;
    let heard: string[] = [];
    onTestFinished(database.listen((tenant) => void heard.push(tenant)));
    await until(async () => {
      await database.transaction('default', (tx) => appendEvent(tx, added));
      return heard.length > 0;
    }, 'the listener to listen');
    const tell = () => database.transaction('other', (tx) => appendEvent(tx, added));
    await tell();
    await until(() => heard.includes('other'), 'all that was said before');
    heard = [];
    await database.transaction('default', (tx) => appendEvent(tx, registered('of interest to nobody')));
    const undone = database.transaction('default', async (tx) => {
      await appendEvent(tx, added);
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    await tell();
    await until(() => heard.length > 0, 'the event of the other tenant');
    expect(heard).toEqual(['other']);
  });
});

describe('a process that computes for longer than a connection may take', () => {
  test('does not say that PostgreSQL is away', async () => {
    const busy = openDatabase({ url: cluster.databaseUrl });
    onTestFinished(() => busy.close());
    const answer = busy.ping();
    const until = Date.now() + 2_000;
    while (Date.now() < until);
    await expect(answer).resolves.toBeUndefined();
  });
});
