import type { Transaction } from '../database.js';
import { type ProductRow, type StoredProduct, toProduct } from './read.js';

/** The products, by name. */
export async function listProducts(tx: Transaction): Promise<readonly StoredProduct[]> {
  const rows = await tx.query<ProductRow>(
    'select name, repository, created_at from products where tenant_id = $1 order by name',
    [tx.tenant],
  );
  return rows.map(toProduct);
}
