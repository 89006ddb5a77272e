import pg from 'pg';

/** A table with its columns, a function or a sequence, as the catalogue has it. */
interface Catalogue {
  readonly tables: ReadonlyMap<string, readonly string[]>;
  /** How each of our functions is called, with nothing for its arguments. */
  readonly functions: ReadonlyMap<string, string>;
  readonly sequences: readonly string[];
}

/** Everything in the schema that a process might try. */
export async function readCatalogue(admin: pg.Client): Promise<Catalogue> {
  const columns = await admin.query<{ name: string; columns: string[] }>(
    `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
       from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f') group by c.relname order by 1`,
  );
  const functions = await admin.query<{ name: string; types: string[] }>(
    `select p.proname::text as name, array(select format_type(t, null) from unnest(p.proargtypes) as t) as types
       from pg_proc p where p.pronamespace = 'public'::regnamespace order by 1`,
  );
  const sequences = await admin.query<{ name: string }>(
    "select relname::text as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'S'",
  );
  return {
    tables: new Map(columns.rows.map((row) => [row.name, row.columns])),
    functions: new Map(
      functions.rows.map(({ name, types }) => [name, `${name}(${types.map((type) => `null::${type}`).join(', ')})`]),
    ),
    sequences: sequences.rows.map((row) => row.name),
  };
}

/**
 * Tries everything as a process: each verb with each column of each table, each function and each sequence. PostgreSQL
 * checks the rights of what it explains and carries none of it out.
 *
 * @returns what was not refused, as `table verb column`, `function name` and `sequence name`
 */
export async function tryEverything(url: string, catalogue: Catalogue): Promise<ReadonlySet<string>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const allowed = new Set<string>();
  const attempt = async (what: string, sql: string): Promise<void> => {
    try {
      await client.query(sql);
      allowed.add(what);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      if (code !== '42501')
        throw new Error(`${what} failed for another reason than a missing right: ${message}`, { cause: error });
    }
  };
  try {
    for (const [table, columns] of catalogue.tables) {
      for (const column of columns) {
        await attempt(`${table} select ${column}`, `explain select "${column}" from "${table}"`);
        await attempt(`${table} insert ${column}`, `explain insert into "${table}" ("${column}") values (default)`);
        await attempt(`${table} update ${column}`, `explain update "${table}" set "${column}" = default`);
      }
      await attempt(`${table} delete`, `explain delete from "${table}"`);
      await attempt(`${table} truncate`, `truncate "${table}"`);
      await attempt(`${table} reference`, `create temporary table t (c int references "${table}")`);
      await attempt(
        `${table} trigger`,
        `create trigger t before insert on "${table}" execute function refuse_change()`,
      );
      await attempt(`${table} own`, `alter table "${table}" disable trigger all`);
    }
    for (const [name, call] of catalogue.functions) await attempt(`function ${name}`, `explain select ${call}`);
    for (const name of catalogue.sequences) await attempt(`sequence ${name}`, `select nextval('"${name}"')`);
    await attempt('schema create', 'create table public.mine (a int)');
    await attempt('role change', "alter role lanekeeper_app login password 'mine'");
  } finally {
    await client.end();
  }
  return allowed;
}
