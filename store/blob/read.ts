import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** Whether the tenant has stored the bytes with this name. */
export async function isReferredTo(tx: Transaction, digest: Digest): Promise<boolean> {
  const rows = await tx.query('select 1 from blob_refs where tenant_id = $1 and digest = $2', [tx.tenant, digest]);
  return rows.length > 0;
}

/** Whether the tenant has stored anything. */
export async function hasReferences(tx: Transaction): Promise<boolean> {
  return (await tx.query('select 1 from blob_refs where tenant_id = $1 limit 1', [tx.tenant])).length > 0;
}
