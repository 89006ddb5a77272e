import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { functionRights, tableRights, writtenByDatabase } from '../../store/rights/rights.js';
import { type DatabaseProcess, databaseProcesses, databaseRoleOf, retiredRole } from '../../store/rights/roles.js';
import { readCatalogue, tryEverything } from '../support/attempted-rights.js';
import { type EmbeddedCluster, startCluster } from '../support/embedded-cluster.js';

let cluster: EmbeddedCluster;
let admin: pg.Client;
let catalogue: Awaited<ReturnType<typeof readCatalogue>>;
beforeAll(async () => {
  cluster = await startCluster();
  admin = new pg.Client({ connectionString: cluster.adminUrl });
  await admin.connect();
  catalogue = await readCatalogue(admin);
});
afterAll(async () => {
  await admin.end();
  await cluster.close();
});

/** What a process may do by its declaration, in the words of `tryEverything`. */
function declared(process: DatabaseProcess): readonly string[] {
  const ofTables = [...catalogue.tables].flatMap(([table, columns]) =>
    (tableRights[table]?.[process] ?? []).flatMap((right) => {
      if (right === 'delete') return [`${table} delete`];
      if (right === 'lock') return [`${table} update tenant_id`];
      if (typeof right !== 'string') return right.update.map((column) => `${table} update ${column}`);
      const own = right === 'insert' ? (writtenByDatabase[table] ?? []) : [];
      return columns.filter((column) => !own.includes(column)).map((column) => `${table} ${right} ${column}`);
    }),
  );
  const ofFunctions = Object.entries(functionRights).flatMap(([name, processes]) =>
    processes.includes(process) ? [`function ${name}`] : [],
  );
  return [...ofTables, ...ofFunctions];
}

test('every table says who may use it', () => {
  expect(Object.keys(tableRights).sort()).toEqual([...catalogue.tables.keys()].sort());
});

describe.each(databaseProcesses)('the process %s', (process) => {
  test('may do what is declared, and nothing else, whatever it tries', async () => {
    const allowed = await tryEverything(cluster.urls[process], catalogue);
    expect([...allowed].sort()).toEqual([...declared(process)].sort());
  });
});

test('identities are written by the enrolment process and nobody else', () => {
  for (const table of ['principals', 'principal_keys', 'principal_tokens', 'principal_addresses', 'commit_keys']) {
    const writers = Object.entries(tableRights[table] ?? {}).filter(([, rights]) =>
      rights.some((right) => right !== 'select'),
    );
    expect([table, writers.map(([process]) => process)]).toEqual([table, ['enrolment']]);
  }
});

test('no role owns anything, bypasses row-level security, becomes another or makes one', async () => {
  const roles = [...databaseProcesses.map(databaseRoleOf), retiredRole];
  const { rows } = await admin.query<{ rolname: string }>(
    `select rolname from pg_roles r where rolname = any ($1) and not (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
        and not exists (select 1 from pg_class where relowner = r.oid) and not exists (select 1 from pg_auth_members where member = r.oid)`,
    [roles],
  );
  expect(rows.map((row) => row.rolname).sort()).toEqual([...roles].sort());
});

test('the role that all processes shared before can do nothing, and not even connect', async () => {
  const { rows } = await admin.query(
    `select table_name from information_schema.column_privileges where grantee = $1 union
     select rolname from pg_roles where rolname = $1 and rolcanlogin`,
    [retiredRole],
  );
  expect(rows).toEqual([]);
});

test('every table of a tenant is under row-level security, also for the owner of the tables', async () => {
  const { rows } = await admin.query<{ relname: string; enabled: boolean; forced: boolean }>(
    `select relname, relrowsecurity as enabled, relforcerowsecurity as forced from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('schema_migrations', 'promotion_edges')`,
  );
  for (const { relname, enabled, forced } of rows)
    expect([relname, enabled, forced]).toEqual([relname, true, relname !== 'tenants']);
});

test('no table is emptied by TRUNCATE, whoever tries', async () => {
  for (const table of catalogue.tables.keys()) {
    if (table === 'schema_migrations') continue;
    await expect(admin.query(`truncate "${table}" cascade`)).rejects.toThrow('never changed or deleted');
  }
});

test('a process that works for one tenant cannot list the others', async () => {
  const client = new pg.Client({ connectionString: cluster.urls.api });
  await client.connect();
  try {
    await expect(client.query('select id from tenants')).rejects.toThrow('permission denied');
    await expect(client.query('select tenant_ids()')).rejects.toThrow('permission denied');
  } finally {
    await client.end();
  }
});
