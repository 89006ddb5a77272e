import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { LanekeeperError } from '../../core/errors.js';
import type { RunDescription } from '../../core/run-description.js';
import { taskQueues } from '../../temporal-config/task-queues.js';

/** A run that was started or joined. */
export interface StartedRun {
  readonly workflowId: string;
  /** First run id of the chain, which does not change when it continues as new. */
  readonly firstRunId: string;
  /** Whether it was running already. */
  readonly joined: boolean;
}

/**
 * Starts a workflow under its canonical id, or joins the open run. The id of a closed run can be started again.
 *
 * @param description what people see of a run that is started; one that is joined keeps its own
 * @param hasEnded whether a run has ended according to its record: it is about to close, and is awaited, not joined.
 * Undefined when it has no record: not yet, or because it only attests a promotion that has ended, and then closes
 */
export async function startOrJoin(
  client: Client,
  workflowType: string,
  workflowId: string,
  input: unknown,
  description: RunDescription,
  hasEnded: (firstRunId: string) => Promise<boolean | undefined> = () => Promise.resolve(false),
): Promise<StartedRun> {
  const options = { ...description, workflowId, taskQueue: taskQueues.control, args: [input] };
  try {
    const handle = await client.workflow.start(workflowType, { ...options, workflowIdConflictPolicy: 'FAIL' });
    return { workflowId, firstRunId: handle.firstExecutionRunId, joined: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  // It may have closed since; then this starts a new run, which is what was requested.
  await client.workflow.start(workflowType, { ...options, workflowIdConflictPolicy: 'USE_EXISTING' });
  const { raw, type, taskQueue } = await client.workflow.getHandle(workflowId).describe();
  if (type !== workflowType || taskQueue !== taskQueues.control) throw occupied(workflowId, type);
  const firstRunId = raw.workflowExecutionInfo?.firstRunId ?? '';
  const run: StartedRun = { workflowId, firstRunId, joined: true };
  let ended: boolean | undefined;
  const seen = await awaitRecord(client, run, async () => (ended = await hasEnded(firstRunId)) !== undefined);
  // By its record, it is about to close; without one, it has closed.
  const isOver = ended ?? (!seen.recorded && seen.result !== undefined);
  if (!isOver) return run;
  await client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId: firstRunId }).result();
  return startOrJoin(client, workflowType, workflowId, input, description, hasEnded);
}

/** Anybody who may call Temporal can start something under a free workflow id; it is not what was asked for. */
function occupied(workflowId: string, type: string): LanekeeperError {
  return new LanekeeperError('CONFLICT', {
    message: `${workflowId} is taken by a run that is not ours`,
    object: `workflow ${workflowId}`,
    why: `its type is ${JSON.stringify(type.slice(0, 100))}, or our workers do not serve its task queue`,
    next: `temporal workflow terminate --workflow-id ${workflowId}, then try again`,
  });
}

const recordTimeoutMs = 15_000;
const pollIntervalMs = 100;

/**
 * Waits until a run has created its record, so that whoever started it can ask about it.
 *
 * @throws the error that ended the run, when it ended without a record: wrong input, a refused request
 * @returns whether the record was seen; else what the run returned, or undefined when the run continues and no record
 * was seen in time
 */
export async function awaitRecord(
  client: Client,
  run: StartedRun,
  isRecorded: () => Promise<boolean>,
  signal?: AbortSignal,
): Promise<{ readonly recorded: true } | { readonly recorded: false; readonly result: unknown }> {
  const deadline = Date.now() + recordTimeoutMs;
  const handle = client.workflow.getHandle(run.workflowId, undefined, { firstExecutionRunId: run.firstRunId });
  while (Date.now() < deadline && signal?.aborted !== true) {
    if (await isRecorded()) return { recorded: true };
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') {
      if (await isRecorded()) return { recorded: true };
      const result: unknown = await handle.result();
      return { recorded: false, result };
    }
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
  return { recorded: false, result: undefined };
}
