import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import { shortId } from '../../core/ids.js';
import { lanes, type Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { lanesOfBundle } from '../lane/history.js';
import { oncePerTransaction } from '../once.js';

/** One artifact of a bundle, by digest. */
export interface BundleArtifact {
  readonly kind: 'image' | 'sdk' | 'source';
  readonly name: string;
  readonly digest: Digest;
  readonly mediaType: string;
}

/** A sealed bundle. `manifest` is canonical JSON and its sha256 the digest. */
export interface StoredBundle {
  readonly digest: Digest;
  readonly manifest: string;
  readonly product: string;
  readonly revision: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Of the commit. */
  readonly committedAt: Date;
  /** First line of the commit message. */
  readonly subject: string;
  readonly releaseId: string;
  readonly artifacts: readonly BundleArtifact[];
  readonly sealedAt: Date;
}

/** A bundle with the lanes in which it is live. */
export interface ListedBundle extends StoredBundle {
  readonly liveLanes: readonly Lane[];
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
  artifacts: readonly BundleArtifact[];
}

/**
 * A sealed bundle with its artifacts.
 *
 * @throws UNKNOWN_BUNDLE, or BUNDLE_CORRUPT when the stored manifest no longer matches its digest
 */
export function requireBundle(tx: Transaction, digest: Digest): Promise<StoredBundle> {
  return oncePerTransaction(tx, `bundle ${digest}`, () => readSealed(tx, digest));
}

async function readSealed(tx: Transaction, digest: Digest): Promise<StoredBundle> {
  const rows = await tx.query<BundleRow>(
    `select b.*, (select coalesce(jsonb_agg(jsonb_build_object('kind', a.kind, 'name', a.name, 'digest', a.digest,
                                                               'mediaType', a.media_type) order by a.kind, a.name), '[]')
                    from artifacts a where a.tenant_id = b.tenant_id and a.bundle_digest = b.digest) as artifacts
       from bundles b where b.tenant_id = $1 and b.digest = $2`,
    [tx.tenant, digest],
  );
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
    artifacts: row.artifacts,
  };
}

/** A bundle by its full digest. @throws UNKNOWN_BUNDLE, BUNDLE_CORRUPT */
export async function readBundle(tx: Transaction, digest: Digest): Promise<ListedBundle> {
  const bundle = await requireBundle(tx, digest);
  const known = await lanesOfBundle(tx, bundle.product, digest);
  return { ...bundle, liveLanes: lanes.filter((lane) => known.some((entry) => entry.lane === lane && entry.live)) };
}

/** The bundle that was sealed for a revision of a product, the first if there are several. */
export async function bundleOfRevision(
  tx: Transaction,
  product: string,
  revision: string,
): Promise<Digest | undefined> {
  const rows = await tx.query<{ digest: Digest }>(
    `select digest
       from bundles where tenant_id = $1 and product = $2 and revision = $3 order by sealed_at, digest limit 1`,
    [tx.tenant, product, revision],
  );
  return rows[0]?.digest;
}

/** The revisions of sealed bundles, in their order. */
export async function revisionsOf(tx: Transaction, bundles: readonly Digest[]): Promise<readonly string[]> {
  const rows = await tx.query<{ digest: Digest; revision: string }>(
    'select digest, revision from bundles where tenant_id = $1 and digest = any($2)',
    [tx.tenant, bundles],
  );
  const revisions = new Map(rows.map((row) => [row.digest, row.revision]));
  return bundles.flatMap((bundle) => revisions.get(bundle) ?? []);
}

/** How many releases of a product are looked at when a new one lists its commits. */
const maxRevisions = 1_000;

/**
 * The revisions of a product that were sealed with all of their commits listed before a release began, newest first: what
 * its retries find stays the same. A list that was cut off does not count, so that the next release lists what it lacks.
 */
export async function revisionsBefore(
  tx: Transaction,
  release: { readonly product: string; readonly createdAt: Date },
): Promise<readonly string[]> {
  const rows = await tx.query<{ revision: string }>(
    `select b.revision from bundles b
      where b.tenant_id = $1 and b.product = $2 and b.sealed_at < $3
        and exists (
          select 1 from artifacts f
            join element_relationships r on r.tenant_id = f.tenant_id and r.type_key = 'EVIDENCE_OF'
              and r.target_element_id = 'artifact/' || f.digest
            join attestations a on a.tenant_id = f.tenant_id and a.element_id = r.source_element_id
            join elements e on e.tenant_id = f.tenant_id and e.id = a.element_id
           where f.tenant_id = $1 and f.bundle_digest = b.digest and f.kind = 'source'
             and a.kind = 'commits' and e.metadata @> '{"complete": true}')
      order by b.sealed_at desc, b.digest limit $4`,
    [tx.tenant, release.product, release.createdAt, maxRevisions],
  );
  return [...new Set(rows.map((row) => row.revision))];
}
