import { WorkflowNotFoundError } from '@temporalio/client';
import type { Database } from '../../store/database.js';
import { lockReleaseOf, type StoredRelease } from '../../store/release/read.js';
import { endRelease } from '../../store/release/write.js';
import type { CallerDeps } from '../caller.js';

/**
 * Ends a release on record whose run was ended in Temporal, and could not say so itself. A run says how it ended before it
 * closes, so that one that is closed and on record as running never will.
 */
export async function reconcileRelease(
  deps: CallerDeps & { readonly database: Database },
  tenant: string,
  release: StoredRelease,
): Promise<void> {
  if (await hasRun(deps, release)) return;
  const { workflowId, id: releaseId } = release;
  const error = { code: 'CANCELLED', message: 'its run was ended in Temporal' };
  await deps.database.transaction(tenant, async (tx) =>
    endRelease(tx, await lockReleaseOf(tx, { workflowId, releaseId }), { error }),
  );
}

/** Whether a run works for it: one of its own chain, which goes on when it is retried or reset. */
async function hasRun({ client }: CallerDeps, { workflowId, id }: StoredRelease): Promise<boolean> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId).describe();
    const isOpen = status.name === 'RUNNING' || status.name === 'PAUSED';
    return isOpen && (raw.workflowExecutionInfo?.firstRunId ?? id) === id;
  } catch (error) {
    // Temporal forgets a run once its retention has passed.
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
