import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';

/** A release as PostgreSQL knows it. `id` is the first run id of its workflow. */
export interface StoredRelease {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly revision: string;
  readonly repository: string;
  /** The tree of the commit; null for releases from before it was recorded. */
  readonly tree: string | null;
  readonly state: 'RUNNING' | 'SEALED' | 'FAILED';
  readonly error: unknown;
  readonly bundle: Digest | null;
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

/** A row of `releases`: what `releaseColumns` selects. */
export interface ReleaseRow {
  id: string;
  workflow_id: string;
  product: string;
  revision: string;
  repository: string;
  tree: string | null;
  state: StoredRelease['state'];
  error: unknown;
  bundle_digest: Digest | null;
  requested_by: string | null;
  created_at: Date;
  ended_at: Date | null;
}

/** The columns of a `ReleaseRow`, from `releases r`. */
export const releaseColumns = `r.id, r.workflow_id, r.product, r.revision, r.repository, r.tree, r.state, r.error,
  r.bundle_digest, r.requested_by, r.created_at, r.ended_at`;

/** A release by its full id. @throws NOT_FOUND */
export async function readRelease(tx: Transaction, id: string): Promise<StoredRelease> {
  const found = await findRelease(tx, id);
  if (found !== undefined) return found;
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no release ${shortId(id)}`,
    object: `release ${id}`,
    next: 'lane release starts one',
  });
}

/** A release by its full id, if it has been recorded. */
export async function findRelease(tx: Transaction, id: string): Promise<StoredRelease | undefined> {
  const rows = await tx.query<ReleaseRow>(
    `select ${releaseColumns} from releases r where r.tenant_id = $1 and r.id = $2`,
    [tx.tenant, id],
  );
  return rows[0] === undefined ? undefined : toRelease(rows[0]);
}

/** The releases that are running on record, of a workflow id or since before an instant, the longest first. */
export async function runningReleases(
  tx: Transaction,
  which: { readonly workflowId: string } | { readonly before: Date },
  limit: number,
): Promise<readonly StoredRelease[]> {
  const rows = await tx.query<ReleaseRow>(
    `select ${releaseColumns} from releases r
      where r.tenant_id = $1 and r.state = 'RUNNING'
        and ($2::text is null or r.workflow_id = $2) and ($3::timestamptz is null or r.created_at < $3)
      order by r.created_at, r.id limit $4`,
    [tx.tenant, 'workflowId' in which ? which.workflowId : null, 'before' in which ? which.before : null, limit],
  );
  return rows.map(toRelease);
}

/**
 * Locks the release that a run works on, in the transaction that changes or signs something for it.
 * @throws NOT_FOUND, PERMISSION_DENIED when it is that of another workflow
 */
export async function lockReleaseOf(
  tx: Transaction,
  run: { readonly workflowId: string; readonly releaseId: string },
): Promise<StoredRelease> {
  const rows = await tx.query<ReleaseRow>(
    `select ${releaseColumns} from releases r where r.tenant_id = $1 and r.id = $2 for update`,
    [tx.tenant, run.releaseId],
  );
  const release = rows[0] === undefined ? await readRelease(tx, run.releaseId) : toRelease(rows[0]);
  if (release.workflowId === run.workflowId) return release;
  throw new LanekeeperError('PERMISSION_DENIED', {
    message: `${run.workflowId} may not act for release ${shortId(release.id)}`,
    object: `release ${release.id}`,
    why: `it is the release of ${release.workflowId}`,
  });
}

/** Requires that a release is running. @throws WRONG_STATE */
export function requireRunning(release: StoredRelease): StoredRelease {
  if (release.state === 'RUNNING') return release;
  throw new LanekeeperError('WRONG_STATE', {
    message: `release ${shortId(release.id)} has ended as ${release.state}`,
    object: `release ${release.id}`,
    why: 'nothing is signed, sealed or changed for a release that is not running',
    next: 'start the release again; a revision that is sealed already gives the bundle that exists',
  });
}

/** A row as a record. */
export function toRelease(row: ReleaseRow): StoredRelease {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    product: row.product,
    revision: row.revision,
    repository: row.repository,
    tree: row.tree,
    state: row.state,
    error: row.error,
    bundle: row.bundle_digest,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
