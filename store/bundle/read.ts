import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import { shortId } from '../../core/ids.js';
import { lanes, type Lane } from '../../core/lanes.js';
import type { Artifact } from '../../core/release/artifact.js';
import { type Manifest, parseManifest } from '../../core/release/manifest.js';
import type { Transaction } from '../database.js';
import { oncePerTransaction } from '../once.js';

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
  readonly artifacts: readonly Artifact[];
  readonly sealedAt: Date;
}

/** A bundle with the lanes in which it is live, and whether it was called back. */
export interface ListedBundle extends StoredBundle {
  readonly liveLanes: readonly Lane[];
  /** That it was called back, by whom, why and since when. */
  readonly recall: { readonly by: string; readonly reason: string; readonly since: Date } | undefined;
}

/** A row of `bundles b`: what `bundleColumns` selects. */
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
  artifacts: Artifact[];
}

const bundleColumns = `b.digest, b.product, b.revision, b.author_name, b.author_email, b.committed_at, b.subject,
  b.manifest, b.release_id, b.sealed_at,
  (select coalesce(jsonb_agg(jsonb_build_object(
            'kind', a.kind, 'name', a.name, 'digest', a.digest, 'mediaType', a.media_type) order by a.kind, a.name), '[]')
     from artifacts a where a.tenant_id = b.tenant_id and a.bundle_digest = b.digest) as artifacts`;

/** A row of `bundles b`: what `listedBundleColumns` selects. */
export interface ListedBundleRow extends BundleRow {
  live_lanes: Lane[];
  recall: { readonly by: string; readonly reason: string; readonly sinceMs: number } | null;
}

/** The columns of a `ListedBundleRow`. */
export const listedBundleColumns = `${bundleColumns},
  array(select h.lane::text from lane_history h
         where h.tenant_id = b.tenant_id and h.product = b.product and h.bundle_digest = b.digest
           and h.withdrawn_by is null
           and not exists (
             select 1 from lane_history newer
              where newer.tenant_id = h.tenant_id and newer.product = h.product and newer.lane = h.lane
                and newer.withdrawn_by is null and newer.position > h.position)) as live_lanes,
  (select jsonb_build_object('by', r.changed_by, 'reason', r.content::jsonb ->> 'reason',
                             'sinceMs', extract(epoch from r.changed_at) * 1000)
     from restrictions r
    where r.tenant_id = b.tenant_id and r.kind = 'recall' and r.state = 'ACTIVE'
      and r.name = substring(b.digest from 8)) as recall`;

/**
 * A sealed bundle with its artifacts.
 *
 * @throws UNKNOWN_BUNDLE, or BUNDLE_CORRUPT when the stored manifest no longer matches its digest
 */
export function requireBundle(tx: Transaction, digest: Digest): Promise<StoredBundle> {
  return oncePerTransaction(tx, `bundle ${digest}`, () => readSealed(tx, digest));
}

async function readSealed(tx: Transaction, digest: Digest): Promise<StoredBundle> {
  return required((await readBundles(tx, [digest])).get(digest), digest);
}

/** Sealed bundles by their digests. @throws BUNDLE_CORRUPT */
export async function readBundles(
  tx: Transaction,
  digests: readonly Digest[],
): Promise<ReadonlyMap<Digest, StoredBundle>> {
  const rows = await tx.query<BundleRow>(
    `select ${bundleColumns} from bundles b where b.tenant_id = $1 and b.digest = any($2)`,
    [tx.tenant, digests],
  );
  return new Map(rows.map((row) => [row.digest, toBundle(row)]));
}

/** What a sealed bundle consists of. @throws UNKNOWN_BUNDLE, BUNDLE_CORRUPT */
export function requireManifest(tx: Transaction, digest: Digest): Promise<Manifest> {
  return oncePerTransaction(tx, `manifest ${digest}`, async () =>
    parseManifest((await requireBundle(tx, digest)).manifest),
  );
}

/** A bundle by its full digest. @throws UNKNOWN_BUNDLE, BUNDLE_CORRUPT */
export async function readBundle(tx: Transaction, digest: Digest): Promise<ListedBundle> {
  const rows = await tx.query<ListedBundleRow>(
    `select ${listedBundleColumns} from bundles b where b.tenant_id = $1 and b.digest = $2`,
    [tx.tenant, digest],
  );
  return toListedBundle(required(rows[0], digest));
}

function required<Row>(row: Row | undefined, digest: Digest): Row {
  if (row !== undefined) return row;
  throw new LanekeeperError('UNKNOWN_BUNDLE', {
    message: `there is no bundle ${shortId(digest)}`,
    object: `bundle ${digest}`,
    next: 'lane get bundles lists them',
  });
}

/** A row as a record. @throws BUNDLE_CORRUPT when its manifest no longer matches its digest */
function toBundle(row: BundleRow): StoredBundle {
  const { digest } = row;
  if (digestOf(row.manifest) !== digest) {
    throw new LanekeeperError('BUNDLE_CORRUPT', {
      message: `the stored manifest of bundle ${shortId(digest)} was changed`,
      object: `bundle ${digest}`,
      why: 'its sha256 is not the digest that names the bundle',
      next: 'restore the database from a backup, then lane bundle verify',
    });
  }
  return {
    digest,
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

/** A row as a record, with its lanes, the lowest first. @throws BUNDLE_CORRUPT */
export function toListedBundle(row: ListedBundleRow): ListedBundle {
  const { live_lanes: live, recall } = row;
  return {
    ...toBundle(row),
    liveLanes: lanes.filter((lane) => live.includes(lane)),
    recall: recall === null ? undefined : { by: recall.by, reason: recall.reason, since: new Date(recall.sinceMs) },
  };
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

/** The revisions of sealed bundles. */
export async function revisionsOf(tx: Transaction, bundles: readonly Digest[]): Promise<ReadonlyMap<Digest, string>> {
  const rows = await tx.query<{ digest: Digest; revision: string }>(
    'select digest, revision from bundles where tenant_id = $1 and digest = any($2)',
    [tx.tenant, bundles],
  );
  return new Map(rows.map((row) => [row.digest, row.revision]));
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

/** The product of a bundle; undefined where there is no such bundle. */
export async function productOfBundle(tx: Transaction, digest: Digest): Promise<string | undefined> {
  const [row] = await tx.query<{ product: string }>(
    'select product from bundles where tenant_id = $1 and digest = $2',
    [tx.tenant, digest],
  );
  return row?.product;
}
