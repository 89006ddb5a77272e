import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { asLanekeeperError } from '../../core/errors.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { transition } from '../../store/promotion/write.js';
import { withFailures } from '../failures.js';
import { register } from './decision.js';
import type { ControlDeps } from './deps.js';
import { evaluate } from './gates.js';
import { guard } from './guard.js';
import { open } from './open.js';
import type { PromotionControlActivities, PromotionGuardActivities } from './types.js';

/** The activities of the `control` queue that promotions use. */
export function createPromotionActivities(deps: ControlDeps): PromotionControlActivities & PromotionGuardActivities {
  return withFailures<PromotionControlActivities & PromotionGuardActivities>({
    openPromotion: (input) => open(deps, input),
    evaluateGates: (input) => evaluate(deps, input),
    registerDecision: (input) => register(deps, input),
    guardBundle: (input) => guard(deps, input),
    recordTransition: (input) => record(deps, input),
    handOver: (input) => handOver(deps, input),
  });
}

async function record(deps: ControlDeps, input: Parameters<PromotionControlActivities['recordTransition']>[0]): Promise<boolean> {
  try {
    await deps.database.transaction(input.tenant, (tx) => transition(tx, { ...input, id: input.promotionId }));
    return true;
  } catch (error) {
    if (asLanekeeperError(error)?.code === 'STALE_FENCING_TOKEN') return false;
    throw error;
  }
}

async function handOver(deps: ControlDeps, input: Parameters<PromotionGuardActivities['handOver']>[0]): Promise<{ runId: string; joined: boolean }> {
  try {
    const handle = await deps.client.workflow.start(input.workflowType, {
      workflowId: input.workflowId,
      taskQueue: taskQueues.control,
      args: [input.input],
      workflowIdConflictPolicy: 'FAIL',
    });
    return { runId: handle.firstExecutionRunId, joined: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const description = await deps.client.workflow.getHandle(input.workflowId).describe();
    return { runId: description.runId, joined: true };
  }
}
