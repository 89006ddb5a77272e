import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import type { Transaction } from '../database.js';

/**
 * What a plan has read, as text; undefined where it is not kept any more, or where it is not what its digest names. It says
 * what has changed since, and nothing else: who decides reads everything anew.
 */
export async function findPlan(tx: Transaction, digest: Digest): Promise<string | undefined> {
  const [row] = await tx.query<{ content: string }>('select content from plans where tenant_id = $1 and digest = $2', [
    tx.tenant,
    digest,
  ]);
  return row !== undefined && digestOf(row.content) === digest ? row.content : undefined;
}
