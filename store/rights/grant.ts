import pg from 'pg';
import { LanekeeperError } from '../../core/errors.js';
import { functionRights, type Right, tableRights, writtenByDatabase } from './rights.js';
import { type DatabaseProcess, databaseProcesses, databaseRoleOf, retiredRole } from './roles.js';

/** The password of each process's role. */
export type DatabasePasswords = Readonly<Record<DatabaseProcess, string>>;

const quote = (name: string): string => pg.escapeIdentifier(name);

/** Creates the roles that are missing, and sets their passwords. */
export async function ensureRoles(client: pg.Client, passwords: DatabasePasswords): Promise<void> {
  const found = await client.query<{ rolname: string }>('select rolname from pg_roles');
  const known = new Set(found.rows.map((row) => row.rolname));
  if (!known.has(retiredRole)) await client.query(`create role ${quote(retiredRole)} nologin`);
  for (const process of databaseProcesses) {
    const role = databaseRoleOf(process);
    // `create role` takes no parameters, so the password goes through the server's own quoting.
    const { rows } = await client.query<{ sql: string }>(
      `select format('${known.has(role) ? 'alter' : 'create'} role %I login nosuperuser nocreatedb nocreaterole
         noreplication nobypassrls password %L', $1::text, $2::text) as sql`,
      [role, passwords[process]],
    );
    await client.query((rows[0] as { sql: string }).sql);
  }
}

/**
 * Grants each process the rights that are declared, and takes away all others, in one transaction.
 * @throws CONFIGURATION when the declaration names a table that there is not
 */
export async function grantRights(client: pg.Client): Promise<void> {
  const columns = await columnsOfTables(client);
  const roles = databaseProcesses.map((process) => quote(databaseRoleOf(process))).join(', ');
  const statements = [
    `revoke all on all tables in schema public from ${roles}`,
    `revoke all on all sequences in schema public from ${roles}`,
    // PostgreSQL lets everybody call a new function.
    `revoke all on all functions in schema public from public, ${roles}`,
    ...Object.entries(tableRights).flatMap(([table, processes]) =>
      Object.entries(processes).flatMap(([process, rights]) =>
        rights.map(
          (right) =>
            `grant ${privilegeOf(table, right, columns)} on ${quote(table)} to ${roleOf(process as DatabaseProcess)}`,
        ),
      ),
    ),
    ...Object.entries(functionRights).map(
      ([name, processes]) => `grant execute on function ${quote(name)} to ${processes.map(roleOf).join(', ')}`,
    ),
  ];
  await client.query(`begin; ${statements.join('; ')}; commit`).catch(async (error: unknown) => {
    await client.query('rollback');
    throw error;
  });
}

function roleOf(process: DatabaseProcess): string {
  return quote(databaseRoleOf(process));
}

function privilegeOf(table: string, right: Right, columns: ReadonlyMap<string, readonly string[]>): string {
  const all = columns.get(table);
  if (all === undefined)
    throw new LanekeeperError('CONFIGURATION', {
      message: `rights are declared for table ${table}, which does not exist`,
      object: `table ${table}`,
      next: 'correct store/rights/rights.ts',
    });
  const list = (names: readonly string[]): string => `(${names.map(quote).join(', ')})`;
  if (right === 'insert') return `insert ${list(all.filter((name) => !writtenByDatabase[table]?.includes(name)))}`;
  if (right === 'lock') return `update ${list(['tenant_id'])}`;
  return typeof right === 'string' ? right : `update ${list(right.update)}`;
}

async function columnsOfTables(client: pg.Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') group by c.relname`,
  );
  return new Map(rows.map((row) => [row.name, row.columns]));
}
