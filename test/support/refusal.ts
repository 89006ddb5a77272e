import { expect } from '@jest/globals';
import type { Database } from '../../store/database.js';

/** What an attack on releases could change. */
const tables = [
  'products',
  'releases',
  'bundles',
  'attestations',
  'elements',
  'element_relationships',
  'method_events',
];

/** Requires that an attack is refused at once, and that it changes no row. */
export async function expectRefusal(
  database: Database,
  attack: () => Promise<unknown>,
  type = 'PERMISSION_DENIED',
): Promise<void> {
  const before = await rowsOf(database);
  const refused = await attack().then(
    (result) => ({ type: 'it succeeded', result }),
    (error: unknown) => error,
  );
  expect(refused).toMatchObject({ type, nonRetryable: true });
  expect(await rowsOf(database)).toBe(before);
}

async function rowsOf(database: Database): Promise<string> {
  return database.transaction('default', async (tx) => {
    const found: unknown[] = [];
    for (const table of tables) found.push(await tx.query(`select * from ${table} order by 1, 2`));
    return JSON.stringify(found);
  });
}
