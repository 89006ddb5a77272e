import { Context } from '@temporalio/activity';
import { LanekeeperError } from '../core/errors.js';

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

/** Who calls. @throws PERMISSION_DENIED for an activity that no workflow started */
export function currentCaller(): Caller {
  const { workflowExecution, workflowType, activityType } = Context.current().info;
  if (workflowExecution !== undefined && workflowType !== undefined) return { ...workflowExecution, workflowType };
  throw new LanekeeperError('PERMISSION_DENIED', {
    message: 'the activity was started without a workflow',
    object: `activity ${activityType}`,
    why: 'activities of Lanekeeper act only for the run of a workflow',
    next: 'docs/temporal-front-door.md shows which workflows can be started',
  });
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
  throw new LanekeeperError('PERMISSION_DENIED', {
    message: `${caller.workflowId.slice(0, 200)} may not act for ${workflowId}`,
    object: `activity ${Context.current().info.activityType}`,
    why: 'what is done for a run is done only when that run itself asks for it',
    next: 'docs/temporal-front-door.md shows which workflows can be started',
  });
}
