import {
  type Client,
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { LanekeeperError } from '../../core/errors.js';
import type { RunDescription } from '../../core/run-description.js';
import { taskQueues } from '../../temporal-config/task-queues.js';

/** A run to start, or to join when it is open already. */
export interface RunToStart<Reply> {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly input: unknown;
  /** What people see of a run that is started; one that is joined keeps its own. */
  readonly description: RunDescription;
  /** What it is asked with its start: it answers once its record is open. */
  readonly opened: UpdateDefinition<Reply>;
  /** Whether the record of an open run has ended: the run is about to close, and is awaited, not joined. */
  readonly isOver: (reply: Reply) => boolean;
}

type RunName = Pick<RunToStart<never>, 'workflowType' | 'workflowId'>;

/** What a run has answered. It is a message: what is on record, PostgreSQL says. */
export interface StartedRun<Reply> {
  readonly reply: Reply;
  /** Whether it was running already. */
  readonly joined: boolean;
}

/** NOT_FOUND of gRPC: the run has closed. */
const closedCodes: readonly number[] = [5];
const answerTimeoutMs = 15_000;
/** A run can close while it is asked; then another one is started, which is what was requested. */
const maxAttempts = 10;

/**
 * Starts a workflow under its canonical id and asks whether its record is open, in one round trip; or joins the open run.
 * The id of a closed run can be started again.
 *
 * @throws what the run refuses to open its record with; TIMED_OUT when no worker answers; CONFLICT when the id is taken
 */
export async function startOrJoin<Reply>(
  client: Client,
  run: RunToStart<Reply>,
  signal?: AbortSignal,
): Promise<StartedRun<Reply>> {
  const ask = (policy: 'FAIL' | 'USE_EXISTING') => askWithStart(client, run, policy, signal);
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    const started = await ask('FAIL');
    if (started !== 'taken') {
      if (started !== 'closed') return { ...started, joined: false };
      continue;
    }
    await requireOurs(client, run);
    const found = await ask('USE_EXISTING');
    if (found === 'closed' || found === 'taken') continue;
    if (!run.isOver(found.reply)) return { ...found, joined: true };
    await untilClosed(client, run.workflowId, signal);
  }
  throw notAnswered(run, 'its runs close as soon as they are asked');
}

async function askWithStart<Reply>(
  client: Client,
  run: RunToStart<Reply>,
  workflowIdConflictPolicy: 'FAIL' | 'USE_EXISTING',
  signal: AbortSignal | undefined,
): Promise<{ readonly reply: Reply } | 'taken' | 'closed'> {
  const { workflowType, workflowId, input, description } = run;
  const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, {
    ...description,
    workflowId,
    taskQueue: taskQueues.control,
    args: [input],
    workflowIdConflictPolicy,
  });
  // It fails as the call does, which is what is looked at.
  startWorkflowOperation.workflowHandle().catch(() => undefined);
  const call = () => client.workflow.executeUpdateWithStart(run.opened, { startWorkflowOperation });
  const limits = [AbortSignal.timeout(answerTimeoutMs), ...(signal === undefined ? [] : [signal])];
  try {
    return { reply: await client.withAbortSignal(AbortSignal.any(limits), call) };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'taken';
    if (error instanceof WorkflowNotFoundError) return 'closed';
    if (isGrpcServiceError(error) && closedCodes.includes(error.code)) return 'closed';
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || limits.some(({ aborted }) => aborted))
      throw notAnswered(run, 'no worker has answered');
    throw error;
  }
}

/** Anybody who may call Temporal can start something under a free workflow id; it is not what was asked for. */
async function requireOurs(client: Client, { workflowId, workflowType }: RunName): Promise<void> {
  const { type, taskQueue } = await client.workflow.getHandle(workflowId).describe();
  if (type === workflowType && taskQueue === taskQueues.control) return;
  throw new LanekeeperError('CONFLICT', {
    message: `${workflowId} is taken by a run that is not ours`,
    object: `workflow ${workflowId}`,
    why: `its type is ${JSON.stringify(type.slice(0, 100))}, or our workers do not serve its task queue`,
    next: `temporal workflow terminate --workflow-id ${workflowId}, then try again`,
  });
}

/** Waits until the run of an ended record has closed, however it closes. */
async function untilClosed(client: Client, workflowId: string, signal: AbortSignal | undefined): Promise<void> {
  const limits = [AbortSignal.timeout(answerTimeoutMs), ...(signal === undefined ? [] : [signal])];
  await client
    .withAbortSignal(AbortSignal.any(limits), () => client.workflow.getHandle(workflowId).result())
    .catch(() => undefined);
}

function notAnswered({ workflowId, workflowType }: RunName, why: string): LanekeeperError {
  return new LanekeeperError('TIMED_OUT', {
    message: `the ${workflowType} was started, and no worker has recorded it yet`,
    object: workflowId,
    why,
    next: 'lane doctor; it is safe to send the same request again',
  });
}
