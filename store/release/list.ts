import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';

/** A release as PostgreSQL knows it. `id` is the first run id of its workflow. */
export interface StoredRelease {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly revision: string;
  readonly repository: string;
  readonly state: 'RUNNING' | 'SEALED' | 'FAILED';
  readonly error: unknown;
  readonly bundle: Digest | null;
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly endedAt: Date | null;
}

interface ReleaseRow {
  id: string;
  workflow_id: string;
  product: string;
  revision: string;
  repository: string;
  state: StoredRelease['state'];
  error: unknown;
  bundle_digest: Digest | null;
  requested_by: string | null;
  created_at: Date;
  ended_at: Date | null;
}

const columns = 'r.id, r.workflow_id, r.product, r.revision, r.repository, r.state, r.error, r.bundle_digest, r.requested_by, r.created_at, r.ended_at';

/** A release by its full id. @throws NOT_FOUND */
export async function readRelease(tx: Transaction, id: string): Promise<StoredRelease> {
  const found = await findRelease(tx, id);
  if (found !== undefined) return found;
  throw new LanekeeperError('NOT_FOUND', { message: `there is no release ${shortId(id)}`, object: `release ${id}`, next: 'lane release starts one' });
}

/** A release by its full id, if it has been recorded. */
export async function findRelease(tx: Transaction, id: string): Promise<StoredRelease | undefined> {
  const rows = await tx.query<ReleaseRow>(`select ${columns} from releases r where r.tenant_id = $1 and r.id = $2`, [tx.tenant, id]);
  return rows[0] === undefined ? undefined : toRelease(rows[0]);
}

/** Releases, newest first; an empty product stands for all. */
export async function listReleases(tx: Transaction, product: string, request: PageRequest): Promise<Page<StoredRelease>> {
  const { time, id, limit } = placeOf(request);
  const rows = await tx.query<ReleaseRow & PlacedRow>(
    pagedSql({ from: 'releases r', select: columns, time: 'r.created_at', id: 'r.id', where: "($5 = '' or r.product = $5)" }),
    [tx.tenant, time, id, limit, product],
  );
  return pageOf(rows, limit, toRelease);
}

function toRelease(row: ReleaseRow): StoredRelease {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    product: row.product,
    revision: row.revision,
    repository: row.repository,
    state: row.state,
    error: row.error,
    bundle: row.bundle_digest,
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    endedAt: row.ended_at,
  };
}
