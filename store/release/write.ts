import type { Digest } from '../../core/digest.js';
import type { ErrorDetail } from '../../core/errors.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** A release that begins. `id` is the first run id of its workflow. */
export interface NewRelease {
  readonly id: string;
  readonly workflowId: string;
  readonly product: string;
  readonly revision: string;
  readonly repository: string;
  readonly requestedBy?: string | undefined;
}

/** Records that a release has started. Repeating the call changes nothing. */
export async function startRelease(tx: Transaction, release: NewRelease): Promise<void> {
  const rows = await tx.query(
    `insert into releases (tenant_id, id, workflow_id, product, revision, repository, state, requested_by)
     values ($1, $2, $3, $4, $5, $6, 'RUNNING', $7)
     on conflict (tenant_id, id) do nothing returning id`,
    [
      tx.tenant,
      release.id,
      release.workflowId,
      release.product,
      release.revision,
      release.repository,
      release.requestedBy ?? null,
    ],
  );
  if (rows.length === 0) return;
  await appendEvent(tx, {
    type: 'release.started',
    product: release.product,
    releaseId: release.id,
    actor: release.requestedBy,
    data: { revision: release.revision },
  });
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
    type: sealed ? 'release.sealed' : 'release.failed',
    product: release.product,
    releaseId: release.id,
    bundleDigest: sealed ? outcome.bundle : undefined,
    data: sealed ? {} : { error: outcome.error },
  });
}
