import type { Transaction } from '../database.js';
import { requirePrincipal, type StoredPrincipal } from './read.js';

/** The principals, by name. */
export async function listPrincipals(tx: Transaction): Promise<readonly StoredPrincipal[]> {
  const rows = await tx.query<{ name: string }>('select name from principals where tenant_id = $1 order by name', [
    tx.tenant,
  ]);
  const principals: StoredPrincipal[] = [];
  for (const row of rows) principals.push(await requirePrincipal(tx, row.name));
  return principals;
}
