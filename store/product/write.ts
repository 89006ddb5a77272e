import { LanekeeperError } from '../../core/errors.js';
import { requireAllowed } from '../../core/release/repositories.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { requireProduct, type StoredProduct } from './read.js';
import { repositoryPatterns } from './repositories.js';

/**
 * Registers a product, which binds it to its repository. Repeating the call changes nothing.
 * @throws WRONG_REPOSITORY when the product is bound to another one, or the tenant does not allow this one
 */
export async function registerProduct(
  tx: Transaction,
  product: { name: string; repository: string; by?: string },
): Promise<void> {
  requireAllowed(await repositoryPatterns(tx), product.repository);
  const rows = await tx.query(
    `insert into products (tenant_id, name, repository, created_by) values ($1, $2, $3, $4)
     on conflict (tenant_id, name) do nothing
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
  else requireBoundTo(await lockedProduct(tx, product.name), product.repository);
}

/**
 * Binds a product to another repository. Binding it to the one that it has changes nothing.
 * @throws UNKNOWN_PRODUCT, WRONG_REPOSITORY when the tenant does not allow the repository
 */
export async function rebindProduct(
  tx: Transaction,
  product: { name: string; repository: string; reason: string; by: string },
): Promise<void> {
  const { name, repository, reason, by } = product;
  requireAllowed(await repositoryPatterns(tx), repository);
  const { repository: from } = await lockedProduct(tx, name, 'for update');
  if (from === repository) return;
  await tx.query('update products set repository = $3 where tenant_id = $1 and name = $2', [
    tx.tenant,
    name,
    repository,
  ]);
  await appendEvent(tx, {
    type: 'product.rebound',
    product: name,
    actor: by,
    data: { from, to: repository, reason },
  });
}

async function lockedProduct(
  tx: Transaction,
  name: string,
  how: 'for share' | 'for update' = 'for share',
): Promise<StoredProduct> {
  await tx.query(`select name from products where tenant_id = $1 and name = $2 ${how}`, [tx.tenant, name]);
  return requireProduct(tx, name);
}

function requireBoundTo(product: StoredProduct, repository: string): void {
  if (product.repository === repository) return;
  throw new LanekeeperError('WRONG_REPOSITORY', {
    message: `product ${product.name} is released from ${product.repository}, not from ${repository}`,
    object: `product ${product.name}`,
    why: 'a product is bound to the repository that it was registered with',
    next: `if it has moved, an operator says so: lane product rebind ${product.name} --repository ${repository} --reason TEXT`,
  });
}
