import pg from 'pg';

/** Whether a server answers queries at this address. */
export async function answers(url: string): Promise<boolean> {
  return (await whyUnanswered(url, 1_000)) === undefined;
}

/** Why a server does not answer queries at this address; undefined when it does. */
export async function whyUnanswered(url: string, withinMs: number): Promise<Error | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: withinMs });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Adds a tenant unless it exists. @param adminUrl connection string of the owner of the tables */
export async function addTenant(adminUrl: string, id: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('insert into tenants (id) values ($1) on conflict do nothing', [id]);
  } finally {
    await client.end();
  }
}

/**
 * Creates a database unless it exists.
 *
 * @param serverUrl connection string of a role that may create databases, to another database of the server
 * @param name a plain identifier: it goes into the statement unquoted
 */
export async function createDatabase(serverUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${name}`);
  } finally {
    await client.end();
  }
}
