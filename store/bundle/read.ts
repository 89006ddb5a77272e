import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** The bundle that was sealed for a revision of a product, the first if there are several. */
export async function bundleOfRevision(tx: Transaction, product: string, revision: string): Promise<Digest | undefined> {
  const rows = await tx.query<{ digest: Digest }>(
    'select digest from bundles where tenant_id = $1 and product = $2 and revision = $3 order by sealed_at, digest limit 1',
    [tx.tenant, product, revision],
  );
  return rows[0]?.digest;
}
