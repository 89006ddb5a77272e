import type { Transaction } from '../database.js';
import { type PrincipalRow, principalColumns, type StoredPrincipal, toPrincipal } from './read.js';

/** The principals, by name. */
export async function listPrincipals(tx: Transaction): Promise<readonly StoredPrincipal[]> {
  const rows = await tx.query<PrincipalRow>(
    `select ${principalColumns} from principals p where p.tenant_id = $1 order by p.name`,
    [tx.tenant],
  );
  return rows.map(toPrincipal);
}
