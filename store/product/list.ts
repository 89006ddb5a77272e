import type { Transaction } from '../database.js';
import type { StoredProduct } from './write.js';

/** The products, by name. */
export async function listProducts(tx: Transaction): Promise<readonly StoredProduct[]> {
  const rows = await tx.query<{ name: string; repository: string; created_at: Date }>(
    'select name, repository, created_at from products where tenant_id = $1 order by name',
    [tx.tenant],
  );
  return rows.map((row) => ({ name: row.name, repository: row.repository, createdAt: row.created_at }));
}
