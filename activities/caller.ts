import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { LanekeeperError } from '../core/errors.js';
import { taskQueues } from '../temporal-config/task-queues.js';

/**
 * The run that called an activity. The server vouches for it, unlike for anything in the activity's input: anybody who
 * may call Temporal can schedule an activity with any input. The id alone does not prove that our code runs under it.
 */
export interface Caller {
  readonly workflowId: string;
  /** Of this run; the first run id of a run that was retried, reset or continued is another one. */
  readonly runId: string;
  readonly workflowType: string;
}

/** A run whose workflow tasks go to our own workers, so that our own code decided what it asks for. */
export interface OwnRun extends Caller {
  /** The first run of the chain, which names a release or promotion. */
  readonly firstRunId: string;
}

/** What is asked about the caller. Every worker has such a client. */
export interface CallerDeps {
  readonly client: Pick<Client, 'workflow'>;
}

/** Who calls. @throws PERMISSION_DENIED for an activity that no workflow started */
export function currentCaller(): Caller {
  const { workflowExecution, workflowType, activityType } = Context.current().info;
  if (workflowExecution !== undefined && workflowType !== undefined) return { ...workflowExecution, workflowType };
  throw denied('the activity was started without a workflow', `activity ${activityType} acts only for the run of one`);
}

/**
 * Requires that the run of this workflow calls.
 * @throws PERMISSION_DENIED for any other workflow, and for an activity that no workflow started
 */
export function requireCaller(workflowId: string): Caller {
  const caller = currentCaller();
  requireSame(caller, workflowId);
  return caller;
}

/** Requires that a caller is the run of this workflow. @throws PERMISSION_DENIED for any other */
export function requireSame(caller: Caller, workflowId: string): void {
  if (caller.workflowId === workflowId) return;
  throw denied(
    `${shown(caller)} may not act for ${workflowId}`,
    'what is done for a run is done only when that run itself asks for it',
  );
}

/**
 * Requires that our own workflow code calls, in this very worker: for steps that are only ever local activities. Nobody
 * else can schedule one here, and the server cannot dispatch one, so that nothing needs to be asked.
 * @throws PERMISSION_DENIED for everybody else
 */
export function requireLocalCaller(workflowType: string): Caller {
  const caller = currentCaller();
  const { isLocal, activityType } = Context.current().info;
  if (isLocal && caller.workflowType === workflowType) return caller;
  throw denied(
    `${shown(caller)} may not call ${activityType}`,
    `only the workflow ${workflowType} calls it, as a local activity of its own worker`,
  );
}

/**
 * Requires that our own workflow code calls. Anybody may start a run under a free workflow id and any type name on a
 * task queue that their own worker polls; the server knows which queue decides about a run, and a run cannot change it.
 * @throws PERMISSION_DENIED for a run on any other task queue, of another type, or that has ended
 */
export async function requireOwnRun(deps: CallerDeps, workflowType: string): Promise<OwnRun> {
  const caller = currentCaller();
  const handle = deps.client.workflow.getHandle(caller.workflowId, caller.runId);
  const { type, taskQueue, status, raw } = await handle.describe();
  const firstRunId = raw.workflowExecutionInfo?.firstRunId;
  if (type !== workflowType || taskQueue !== taskQueues.control || firstRunId === undefined || firstRunId === null)
    throw denied(
      `${shown(caller)} is not a run of our own workflow ${workflowType}`,
      `it is of type ${type.slice(0, 100)} on the task queue ${taskQueue.slice(0, 100)}`,
    );
  if (status.name !== 'RUNNING') throw denied(`${shown(caller)} has ended`, 'only an open run may act');
  return { ...caller, firstRunId };
}

function shown(caller: Caller): string {
  return caller.workflowId.slice(0, 200);
}

function denied(message: string, why: string): LanekeeperError {
  return new LanekeeperError('PERMISSION_DENIED', {
    message,
    object: `activity ${Context.current().info.activityType}`,
    why,
    next: 'docs/temporal-front-door.md shows which workflows can be started',
  });
}
