import type { Transaction } from '../database.js';
import { elementIds } from '../evidence/read.js';
import { ensureElement, ensureElementVersion, relate } from '../evidence/write.js';
import type { StoredBundle } from './read.js';

/** A bundle to seal. */
export interface NewBundle extends Omit<StoredBundle, 'committedAt' | 'sealedAt'> {
  /** RFC 3339, of the commit. */
  readonly committedAt: string;
}

/** Seals a bundle: rows that the database refuses to change or delete. Sealing the same again changes nothing. */
export async function sealBundle(tx: Transaction, bundle: NewBundle): Promise<void> {
  const rows = await tx.query(
    `insert into bundles (tenant_id, digest, product, revision, author_name, author_email, committed_at, subject,
       manifest, release_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (tenant_id, digest) do nothing returning digest`,
    [
      tx.tenant,
      bundle.digest,
      bundle.product,
      bundle.revision,
      bundle.author.name,
      bundle.author.email,
      bundle.committedAt,
      bundle.subject,
      bundle.manifest,
      bundle.releaseId,
    ],
  );
  if (rows.length === 0) return;
  const element = elementIds.bundle(bundle.digest);
  await ensureElement(tx, {
    id: element,
    typeKey: 'release.bundle',
    metadata: { product: bundle.product, revision: bundle.revision },
  });
  await ensureElementVersion(tx, element, 1, bundle.digest);
  for (const artifact of bundle.artifacts) {
    await tx.query(
      `insert into artifacts (tenant_id, bundle_digest, kind, name, digest, media_type)
       values ($1, $2, $3, $4, $5, $6)`,
      [tx.tenant, bundle.digest, artifact.kind, artifact.name, artifact.digest, artifact.mediaType],
    );
    const target = elementIds.artifact(artifact.digest);
    await ensureElement(tx, {
      id: target,
      typeKey: 'release.artifact',
      metadata: { kind: artifact.kind, name: artifact.name },
    });
    await relate(tx, 'CONTAINS', element, target);
  }
}
