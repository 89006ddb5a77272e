import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** A blob, by its digest and its size in bytes. */
export interface SizedBlob {
  readonly digest: Digest;
  readonly size: number;
}

/** Records that blobs, whose bytes are in the content store, belong to the tenant. Doing it again changes nothing. */
export async function referTo(tx: Transaction, blobs: readonly SizedBlob[]): Promise<void> {
  await tx.query(
    `insert into blob_refs (tenant_id, digest, size)
     select $1, digest, size from unnest($2::text[], $3::bigint[]) as blob (digest, size)
     on conflict (tenant_id, digest) do nothing`,
    [tx.tenant, blobs.map(({ digest }) => digest), blobs.map(({ size }) => size)],
  );
}
