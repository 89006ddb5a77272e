import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { describePromotion } from '../../core/run-description.js';
import { hasEnded, movingPhases } from '../../core/promotion/state.js';
import { promotionOfRun, type StoredPromotion } from '../../store/promotion/read.js';
import { changedSignalName, workflowTypes } from '../../temporal-config/names.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { advance } from './advance.js';
import type { ControlDeps } from './deps.js';
import { nothingSeen } from './types.js';

/**
 * What was observed of the run of a promotion. `replaced`: another run of ours has the workflow id, and works for no
 * promotion yet. `occupied`: one that is not ours has it, or one that does not work.
 */
type Observed = 'running' | 'ended' | 'replaced' | 'occupied';

/** How long a run may have the id of a promotion before it works for it, in milliseconds. */
const beginsWithinMs = 60_000;

/**
 * How long a promotion may be in one phase while it holds its lane, in milliseconds. A run whose workflow tasks fail, or
 * whose activity was sent to a queue that nobody serves, is as good as none, whatever the server says of it.
 */
const movesWithinMs = 30 * 60_000;

/**
 * Looks whether a promotion has a run that works for it, and if not, does what follows: a promotion that was taking its
 * lane is over, and the lane is free; one that has moved its lane, waits or is live gets a new run, which adopts it. One
 * that is over gets a run as well as long as it is not attested. However a run ended, it is nobody's decision.
 *
 * @param wake whether a run that is open may not know what has happened, as after a reset, and is told to look
 * @returns what was done
 */
export async function reconcile(
  deps: ControlDeps,
  tenant: string,
  promotion: StoredPromotion,
  wake = false,
): Promise<'running' | 'closed' | 'restarted'> {
  const observed = await observe(deps, tenant, promotion);
  if (observed === 'running') {
    if (wake) await deps.client.workflow.getHandle(promotion.workflowId).signal(changedSignalName);
    return 'running';
  }
  // Temporal has one open run of a workflow id at most. If another one has adopted the promotion since it was read, the
  // first run id says so, and nothing follows.
  const stimulus = { type: 'run-ended', firstRunId: promotion.firstRunId } as const;
  const ref = { tenant, promotionId: promotion.id };
  const { phase, owed } = await advance(deps, ref, stimulus, { seen: nothingSeen });
  if (hasEnded(phase) && owed.length === 0) return 'closed';
  const { product, lane, bundle, kind, workflowId } = promotion;
  await deps.client.workflow.start(workflowTypes.promotion, {
    ...describePromotion({ tenant, product, lane, bundle, kind }),
    workflowId,
    taskQueue: taskQueues.control,
    args: [{ tenant, product, lane, bundle, kind, promotion: promotion.id }],
    // Whoever occupies the id of a promotion with something else keeps it from its lane.
    workflowIdConflictPolicy: observed === 'occupied' ? 'TERMINATE_EXISTING' : 'USE_EXISTING',
  });
  return hasEnded(phase) ? 'closed' : 'restarted';
}

async function observe(deps: ControlDeps, tenant: string, promotion: StoredPromotion): Promise<Observed> {
  const { workflowId } = promotion;
  try {
    const { status, type, taskQueue, raw } = await deps.client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return 'ended';
    if (type !== workflowTypes.promotion || taskQueue !== taskQueues.control) return 'occupied';
    const firstRunId = raw.workflowExecutionInfo?.firstRunId ?? promotion.firstRunId;
    if (isStuck(promotion, deps.now())) return 'occupied';
    // A run that attests what has ended works for no record.
    if (firstRunId === promotion.firstRunId || hasEnded(promotion.state)) return 'running';
    if ((await deps.database.transaction(tenant, (tx) => promotionOfRun(tx, firstRunId))) !== undefined)
      return 'running';
    const since = await startOf(deps.client, workflowId, firstRunId);
    return since.getTime() + beginsWithinMs < deps.now().getTime() ? 'occupied' : 'replaced';
  } catch (error) {
    // Temporal forgets a run once its retention has passed.
    if (error instanceof WorkflowNotFoundError) return 'ended';
    throw error;
  }
}

function isStuck({ state, updatedAt }: StoredPromotion, now: Date): boolean {
  const moves = movingPhases.includes(state);
  return moves && updatedAt.getTime() + movesWithinMs < now.getTime();
}

/** When a chain of runs began: runs that fail on a schedule, one after the other, are all young. */
async function startOf(client: Client, workflowId: string, firstRunId: string): Promise<Date> {
  try {
    return (await client.workflow.getHandle(workflowId, firstRunId).describe()).startTime;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return new Date(0);
    throw error;
  }
}
