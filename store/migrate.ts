import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { LanekeeperError } from '../core/errors.js';
import { digestOf } from '../core/hash.js';
import { type DatabasePasswords, ensureRoles, grantRights } from './rights/grant.js';

// The key of the advisory lock that lets only one process migrate at a time.
const migrationLock = 7305061;

/** The folder of the numbered migrations, found from the source tree as well as from the built file beside it. */
async function migrationFolder(): Promise<URL> {
  const candidates = [new URL('./migrations/', import.meta.url), new URL('../store/migrations/', import.meta.url)];
  for (const candidate of candidates) {
    if (
      await readdir(candidate).then(
        () => true,
        () => false,
      )
    )
      return candidate;
  }
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the migrations folder is missing',
    object: fileURLToPath(candidates[0] as URL),
  });
}

/**
 * Brings the database up to date: creates the roles of the processes with their passwords, applies each migration once,
 * in order, each in a transaction of its own, and grants the declared rights. Running it again is harmless.
 *
 * @param adminUrl connection string of a role that may create roles and tables
 * @param passwords the password to set for the role of each process
 * @throws CONFIGURATION when a migration that was applied has been edited since
 */
export async function migrate(adminUrl: string, passwords: DatabasePasswords): Promise<readonly string[]> {
  const folder = await migrationFolder();
  const names = (await readdir(folder)).filter((name) => /^\d{4}-.+\.sql$/.test(name)).sort();
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await client.query(
      'create table if not exists schema_migrations (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
    const migrations = await Promise.all(
      names.map(async (name) => ({ name, sql: await readFile(new URL(name, folder), 'utf8') })),
    );
    const pending = await pendingOf(client, migrations);
    await ensureRoles(client, passwords);
    const fresh: string[] = [];
    for (const { name, sql } of pending) {
      await applyMigration(client, name, sql);
      fresh.push(name);
    }
    await grantRights(client);
    return fresh;
  } finally {
    await client.end();
  }
}

interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The migrations that have not been applied yet. Nothing is changed when an applied one has been edited. */
async function pendingOf(client: pg.Client, migrations: readonly Migration[]): Promise<readonly Migration[]> {
  const applied = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from schema_migrations',
  );
  const checksums = new Map(applied.rows.map((row) => [row.name, row.checksum]));
  const edited = migrations.find(({ name, sql }) => checksums.has(name) && checksums.get(name) !== digestOf(sql));
  if (edited !== undefined) {
    throw new LanekeeperError('CONFIGURATION', {
      message: `migration ${edited.name} was edited after it had been applied`,
      object: edited.name,
      next: 'restore the file and add a new migration instead',
    });
  }
  return migrations.filter(({ name }) => !checksums.has(name));
}

async function applyMigration(client: pg.Client, name: string, sql: string): Promise<void> {
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into schema_migrations (name, checksum) values ($1, $2)', [name, digestOf(sql)]);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
