import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { taskQueues } from '../temporal-config/task-queues.js';
import type { ControlDeps } from './promotion/deps.js';
import type { PromotionGuardActivities } from './promotion/types.js';

/** Starts the run under its canonical id, or joins the one that is open under it. */
export async function handOver(
  deps: ControlDeps,
  input: Parameters<PromotionGuardActivities['handOver']>[0],
): Promise<{ runId: string; joined: boolean }> {
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
