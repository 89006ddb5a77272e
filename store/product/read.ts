import { LanekeeperError } from '../../core/errors.js';
import type { Transaction } from '../database.js';

/** A registered product. */
export interface StoredProduct {
  readonly name: string;
  readonly repository: string;
  readonly createdAt: Date;
}

/** A row of `products`. */
export interface ProductRow {
  name: string;
  repository: string;
  created_at: Date;
}

/** A product by name, if it is registered. */
export async function findProduct(tx: Transaction, name: string): Promise<StoredProduct | undefined> {
  const rows = await tx.query<ProductRow>(
    'select name, repository, created_at from products where tenant_id = $1 and name = $2',
    [tx.tenant, name],
  );
  return rows[0] && toProduct(rows[0]);
}

/** A product by name. @throws UNKNOWN_PRODUCT */
export async function requireProduct(tx: Transaction, name: string): Promise<StoredProduct> {
  const found = await findProduct(tx, name);
  if (found === undefined) {
    throw new LanekeeperError('UNKNOWN_PRODUCT', {
      message: `there is no product ${name}`,
      object: `product ${name}`,
      next: 'lane get products lists them; lane release in the repository of a product registers it',
    });
  }
  return found;
}

/** A row as a record. */
export function toProduct(row: ProductRow): StoredProduct {
  return { name: row.name, repository: row.repository, createdAt: row.created_at };
}

/** Which of these products do not exist. */
export async function missingProducts(tx: Transaction, names: readonly string[]): Promise<readonly string[]> {
  const rows = await tx.query<{ name: string }>(
    `select n.name from unnest($2::text[]) as n (name)
      where not exists (select 1 from products p where p.tenant_id = $1 and p.name = n.name) order by n.name`,
    [tx.tenant, names],
  );
  return rows.map(({ name }) => name);
}
