import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { RunDescription } from '../../core/run-description.js';
import type { Database } from '../../store/database.js';
import { openPromotionOf } from '../../store/promotion/read.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { until } from './until.js';

/** Starts a workflow as somebody does who asks it nothing, or joins the open run. @returns its first run id */
export async function startRun(
  client: Client,
  run: {
    readonly workflowType: string;
    readonly workflowId: string;
    readonly input: unknown;
    readonly description: RunDescription;
  },
): Promise<{ readonly firstRunId: string }> {
  const { workflowType, workflowId, input, description } = run;
  const options = { ...description, workflowId, taskQueue: taskQueues.control, args: [input] };
  try {
    const started = await client.workflow.start(workflowType, { ...options, workflowIdConflictPolicy: 'FAIL' });
    return { firstRunId: started.firstExecutionRunId };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  await client.workflow.start(workflowType, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' });
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  return { firstRunId: raw.workflowExecutionInfo?.firstRunId ?? '' };
}

/** Waits for the run of a promotion that has ended on record, because that one cannot be joined. */
export async function untilEndedRunCloses(
  { client, database }: { readonly client: Client; readonly database: Database },
  workflowId: string,
): Promise<void> {
  const [open, ended] = await database.transaction(
    'default',
    async (tx) =>
      [
        await openPromotionOf(tx, workflowId),
        await tx.query('select 1 from promotions where workflow_id = $1 and ended_at is not null', [workflowId]),
      ] as const,
  );
  if (open !== undefined || ended.length === 0) return;
  const isClosed = async () => (await client.workflow.getHandle(workflowId).describe()).status.name !== 'RUNNING';
  await until(isClosed, `${workflowId} to close`);
}
