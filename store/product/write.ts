import { LanekeeperError } from '../../core/errors.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** A registered product. */
export interface StoredProduct {
  readonly name: string;
  readonly repository: string;
  readonly createdAt: Date;
}

/** Registers a product, or gives it another repository. Telling the same twice changes nothing. */
export async function registerProduct(tx: Transaction, product: { name: string; repository: string; by?: string }): Promise<void> {
  const rows = await tx.query(
    `insert into products (tenant_id, name, repository, created_by) values ($1, $2, $3, $4)
     on conflict (tenant_id, name) do update set repository = excluded.repository where products.repository <> excluded.repository
     returning name`,
    [tx.tenant, product.name, product.repository, product.by ?? null],
  );
  if (rows.length > 0) await appendEvent(tx, { type: 'product.registered', product: product.name, actor: product.by, data: { repository: product.repository } });
}

/** A product by name. @throws UNKNOWN_PRODUCT */
export async function requireProduct(tx: Transaction, name: string): Promise<StoredProduct> {
  const rows = await tx.query<{ name: string; repository: string; created_at: Date }>(
    'select name, repository, created_at from products where tenant_id = $1 and name = $2',
    [tx.tenant, name],
  );
  const row = rows[0];
  if (row === undefined) {
    throw new LanekeeperError('UNKNOWN_PRODUCT', {
      message: `there is no product ${name}`,
      object: `product ${name}`,
      next: 'lane get products lists them; lane release in the repository of a product registers it',
    });
  }
  return { name: row.name, repository: row.repository, createdAt: row.created_at };
}
