import type pg from 'pg';

/** The schema as text, from the system catalog, for reviewers to compare. */
export async function describeSchema(client: pg.Client): Promise<string> {
  const lines: string[] = [];
  const section = async (title: string, sql: string) => {
    const { rows } = await client.query<{ line: string }>(sql);
    lines.push(`# ${title}`, ...rows.map((row) => row.line), '');
  };
  await section(
    'columns',
    `select table_name || '.' || column_name || ' ' || coalesce(domain_name, data_type) || case when is_nullable = 'NO' then ' not null' else '' end || coalesce(' default ' || column_default, '') as line
       from information_schema.columns where table_schema = 'public' order by table_name, ordinal_position`,
  );
  await section(
    'constraints',
    `select conrelid::regclass || ': ' || pg_get_constraintdef(oid) as line from pg_constraint
      where connamespace = 'public'::regnamespace and conrelid <> 0 and contype <> 'n' order by conrelid::regclass::text, pg_get_constraintdef(oid)`,
  );
  await section(
    'indexes',
    `select indexdef as line from pg_indexes where schemaname = 'public' order by tablename, indexname`,
  );
  await section(
    'row-level security',
    `select tablename || ': ' || policyname || ' ' || coalesce(qual, '') || ' / ' || coalesce(with_check, '') || case when c.relforcerowsecurity then ' forced' else '' end as line
       from pg_policies p join pg_class c on c.oid = p.tablename::regclass where schemaname = 'public' order by tablename, policyname`,
  );
  await section(
    'triggers',
    `select tgrelid::regclass || ': ' || pg_get_triggerdef(oid) as line from pg_trigger where not tgisinternal order by tgrelid::regclass::text, tgname`,
  );
  return lines.join('\n');
}
