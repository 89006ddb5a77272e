import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import type { PolicySnapshot } from '../../core/policy/model.js';
import type { Transaction } from '../database.js';

/** Keeps a snapshot under its digest, once. */
export async function pinSnapshot(tx: Transaction, snapshot: PolicySnapshot): Promise<Digest> {
  const content = canonicalJson(snapshot);
  const digest = digestOf(content);
  await tx.query('insert into policy_snapshots (tenant_id, digest, content) values ($1, $2, $3) on conflict (tenant_id, digest) do nothing', [tx.tenant, digest, content]);
  return digest;
}

/** A pinned snapshot. @throws NOT_FOUND, or BUNDLE_CORRUPT when the stored content no longer has its digest */
export async function requireSnapshot(tx: Transaction, digest: Digest): Promise<PolicySnapshot> {
  const rows = await tx.query<{ content: string }>('select content from policy_snapshots where tenant_id = $1 and digest = $2', [tx.tenant, digest]);
  const row = rows[0];
  if (row === undefined) throw new LanekeeperError('NOT_FOUND', { message: 'there is no such policy snapshot', object: `policy snapshot ${digest}` });
  if (digestOf(row.content) !== digest) {
    throw new LanekeeperError('BUNDLE_CORRUPT', { message: 'the stored policy snapshot was changed', object: `policy snapshot ${digest}`, next: 'restore the database from a backup' });
  }
  // Its digest says that it is what snapshotPolicy made.
  return JSON.parse(row.content) as PolicySnapshot;
}
