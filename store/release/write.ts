import type { Digest } from '../../core/digest.js';
import type { ErrorDetail } from '../../core/errors.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredRelease } from './read.js';

/** A release that begins. `id` is the first run id of its workflow. */
export interface NewRelease {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly revision: string;
  readonly repository: string;
  /** The tree of the commit, 40 hex digits, once that has been read. */
  readonly tree?: string | undefined;
  readonly requestedBy?: string | undefined;
}

/**
 * Records that a release has started. Repeating the call changes nothing. An earlier release of the same workflow that
 * still runs on record has lost its run, because a workflow id has one open run at a time: it ends in this transaction.
 * A release that failed runs again when a later run of its own chain (a retry, a reset, a schedule) starts it.
 */
export async function startRelease(tx: Transaction, release: NewRelease): Promise<void> {
  await endAbandoned(tx, release);
  const rows = await tx.query(
    `insert into releases (tenant_id, id, workflow_id, product, revision, repository, state, requested_by, tree)
     values ($1, $2, $3, $4, $5, $6, 'RUNNING', $7, $8)
     on conflict (tenant_id, id) do update set state = 'RUNNING', error = null, ended_at = null
       where releases.state = 'FAILED' and releases.workflow_id = excluded.workflow_id
     returning id`,
    [
      tx.tenant,
      release.id,
      release.workflowId,
      release.product,
      release.revision,
      release.repository,
      release.requestedBy ?? null,
      release.tree ?? null,
    ],
  );
  if (rows.length === 0) return;
  await appendEvent(tx, {
    type: 'release.started',
    product: release.product,
    releaseId: release.id,
    actor: release.requestedBy,
    data: { revision: release.revision, ...(release.tree !== undefined && { tree: release.tree }) },
  });
}

/** Records the tree of the commit, once that has been read. */
export async function recordTree(tx: Transaction, release: StoredRelease, tree: string): Promise<void> {
  if (release.tree !== null) return;
  await tx.query('update releases set tree = $3 where tenant_id = $1 and id = $2', [tx.tenant, release.id, tree]);
  await appendEvent(tx, {
    type: 'release.fetched',
    product: release.product,
    releaseId: release.id,
    data: { tree },
  });
}

async function endAbandoned(tx: Transaction, release: NewRelease): Promise<void> {
  const abandoned = await tx.query<{ id: string; product: string }>(
    "select id, product from releases where tenant_id = $1 and workflow_id = $2 and state = 'RUNNING' and id <> $3",
    [tx.tenant, release.workflowId, release.id],
  );
  const error = { code: 'CANCELLED', message: 'its run was ended in Temporal' };
  for (const one of abandoned) await endRelease(tx, one, { error });
}

/** Records how a release ended. Only the first ending counts. */
export async function endRelease(
  tx: Transaction,
  release: { readonly id: string; readonly product: string },
  outcome: { readonly bundle: Digest } | { readonly error: ErrorDetail & { readonly code: string } },
): Promise<void> {
  const sealed = 'bundle' in outcome;
  const rows = await tx.query(
    `update releases set state = $3, bundle_digest = $4, error = $5, ended_at = now()
      where tenant_id = $1 and id = $2 and state = 'RUNNING' returning id`,
    [
      tx.tenant,
      release.id,
      sealed ? 'SEALED' : 'FAILED',
      sealed ? outcome.bundle : null,
      sealed ? null : JSON.stringify(outcome.error),
    ],
  );
  if (rows.length === 0) return;
  await appendEvent(tx, {
    product: release.product,
    releaseId: release.id,
    ...(sealed
      ? { type: 'release.sealed', bundleDigest: outcome.bundle, data: {} }
      : { type: 'release.failed', data: { error: outcome.error } }),
  });
}
