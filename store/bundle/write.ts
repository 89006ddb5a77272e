import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';
import { elementIds, ensureElement, ensureElementVersion, relate } from '../evidence/elements.js';

/** One artifact of a bundle, by digest. */
export interface BundleArtifact {
  readonly kind: 'image' | 'sdk';
  readonly name: string;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** A bundle to be sealed. `manifest` is canonical JSON and its sha256 the digest. */
export interface NewBundle {
  readonly digest: Digest;
  readonly manifest: string;
  readonly product: string;
  readonly revision: string;
  readonly author: { readonly name: string; readonly email: string };
  /** RFC 3339, of the commit. */
  readonly committedAt: string;
  /** First line of the commit message. */
  readonly subject: string;
  readonly releaseId: string;
  readonly artifacts: readonly BundleArtifact[];
}

/** A sealed bundle. */
export interface StoredBundle extends Omit<NewBundle, 'releaseId' | 'committedAt'> {
  readonly releaseId: string;
  readonly committedAt: Date;
  readonly sealedAt: Date;
}

/** Seals a bundle: rows that the database refuses to change or delete. Sealing the same again changes nothing. */
export async function sealBundle(tx: Transaction, bundle: NewBundle): Promise<void> {
  const rows = await tx.query(
    `insert into bundles (tenant_id, digest, product, revision, author_name, author_email, committed_at, subject, manifest, release_id)
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
  await ensureElement(tx, { id: element, typeKey: 'release.bundle', metadata: { product: bundle.product, revision: bundle.revision } });
  await ensureElementVersion(tx, element, 1, bundle.digest);
  for (const artifact of bundle.artifacts) {
    await tx.query(
      'insert into artifacts (tenant_id, bundle_digest, kind, name, digest, media_type) values ($1, $2, $3, $4, $5, $6)',
      [tx.tenant, bundle.digest, artifact.kind, artifact.name, artifact.digest, artifact.mediaType],
    );
    const target = elementIds.artifact(artifact.digest);
    await ensureElement(tx, { id: target, typeKey: 'release.artifact', metadata: { kind: artifact.kind, name: artifact.name } });
    await relate(tx, 'CONTAINS', element, target);
  }
}

interface BundleRow {
  digest: Digest;
  product: string;
  revision: string;
  author_name: string;
  author_email: string;
  committed_at: Date;
  subject: string;
  manifest: string;
  release_id: string;
  sealed_at: Date;
}

/**
 * A sealed bundle with its artifacts.
 *
 * @throws UNKNOWN_BUNDLE, or BUNDLE_CORRUPT when the stored manifest no longer has its digest
 */
export async function requireBundle(tx: Transaction, digest: Digest): Promise<StoredBundle> {
  const rows = await tx.query<BundleRow>('select * from bundles where tenant_id = $1 and digest = $2', [tx.tenant, digest]);
  const row = rows[0];
  if (row === undefined) {
    throw new LanekeeperError('UNKNOWN_BUNDLE', {
      message: `there is no bundle ${shortId(digest)}`,
      object: `bundle ${digest}`,
      next: 'lane get bundles lists them',
    });
  }
  if (digestOf(row.manifest) !== row.digest) {
    throw new LanekeeperError('BUNDLE_CORRUPT', {
      message: `the stored manifest of bundle ${shortId(digest)} was changed`,
      object: `bundle ${digest}`,
      why: 'its sha256 is not the digest that names the bundle',
      next: 'restore the database from a backup, then lane bundle verify',
    });
  }
  const artifacts = await tx.query<{ kind: 'image' | 'sdk'; name: string; digest: Digest; media_type: string }>(
    'select kind, name, digest, media_type from artifacts where tenant_id = $1 and bundle_digest = $2 order by kind, name',
    [tx.tenant, digest],
  );
  return {
    digest: row.digest,
    manifest: row.manifest,
    product: row.product,
    revision: row.revision,
    author: { name: row.author_name, email: row.author_email },
    committedAt: row.committed_at,
    subject: row.subject,
    releaseId: row.release_id,
    sealedAt: row.sealed_at,
    artifacts: artifacts.map((artifact) => ({ kind: artifact.kind, name: artifact.name, digest: artifact.digest, mediaType: artifact.media_type })),
  };
}
