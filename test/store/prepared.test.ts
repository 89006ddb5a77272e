import pg from 'pg';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../store/database.js';
import { growsWithData } from '../../store/prepared.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';

let cluster: EmbeddedCluster;
let admin: pg.Client;
let database: Database;
beforeAll(async () => {
  cluster = await startCluster();
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  database = openDatabase({ url: cluster.databaseUrl, maxConnections: 1 });
});
afterAll(async () => {
  await database.close();
  await admin.end();
  await cluster.close();
});

const run = (sql: string, ...values: unknown[]) => database.transaction('default', (tx) => tx.query(sql, values));

test('a statement is planned once in each connection, by its text', async () => {
  const prepared = () =>
    run("select statement from pg_prepared_statements where statement like '%' || $1 || '%'", 'planned once');
  for (let count = 0; count < 3; count += 1) await run("select $1::text as found, 'planned once' as note", 'x');
  expect(await prepared()).toHaveLength(1);
  expect(await run("select $1::text as found, 'planned once' as note", 'y')).toMatchObject([{ found: 'y' }]);
});

test('what reads few rows or thousands, as the case may be, is planned each time', async () => {
  const sql = "select $1::text as found, 'planned each time' as note";
  for (let count = 0; count < 3; count += 1)
    await database.transaction('default', (tx) => tx.query(sql, ['x'], growsWithData));
  expect(await run('select 1 from pg_prepared_statements where statement = $1', sql)).toEqual([]);
});

test('a migration while a connection is open costs it one attempt, which may be tried again', async () => {
  const all = () => run('select * from products where name = $1', 'nothing');
  expect(await all()).toEqual([]);
  await admin.query('alter table products add column passing text');
  await expect(all()).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('migrated') });
  expect(await all()).toEqual([]);
});
