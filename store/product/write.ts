import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** Registers a product, or changes its repository. Repeating the call changes nothing. */
export async function registerProduct(
  tx: Transaction,
  product: { name: string; repository: string; by?: string },
): Promise<void> {
  const rows = await tx.query(
    `insert into products (tenant_id, name, repository, created_by) values ($1, $2, $3, $4)
     on conflict (tenant_id, name) do update set repository = excluded.repository
       where products.repository <> excluded.repository
     returning name`,
    [tx.tenant, product.name, product.repository, product.by ?? null],
  );
  if (rows.length > 0)
    await appendEvent(tx, {
      type: 'product.registered',
      product: product.name,
      actor: product.by,
      data: { repository: product.repository },
    });
}
