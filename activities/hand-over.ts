import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { LanekeeperError } from '../core/errors.js';
import { workflowIds } from '../core/ids.js';
import { json, oneOf, parseObject } from '../core/input.js';
import { parsePromotionStart } from '../core/promotion/input.js';
import { parseReleaseInput } from '../core/release/input.js';
import { describePromotion, describeRelease, type RunDescription } from '../core/run-description.js';
import { taskQueues } from '../temporal-config/task-queues.js';
import { currentCaller } from './caller.js';

/** What a run was started for under an id that is not the canonical one. */
export interface HandOverInput {
  readonly type: 'promotion' | 'release';
  /** The input of the workflow. */
  readonly input: unknown;
}

/** The canonical run, which does the work. */
export interface HandedOver {
  readonly workflowId: string;
  /** The first run id. */
  readonly runId: string;
  /** Whether it was open already. */
  readonly joined: boolean;
}

/** Work of the control queue that runs under another id ask for. */
export interface HandOverActivities {
  /** Starts the canonical run of an input, or joins it. @throws INVALID_INPUT, UNKNOWN_LANE, PERMISSION_DENIED */
  handOver(input: HandOverInput): Promise<HandedOver>;
}

/** The largest input of a workflow, in characters. */
const maxInputLength = 64 * 1024;

/**
 * Starts the run under its canonical id, or joins the one that is open under it. The id follows from the input, which is
 * read as the workflow reads it.
 */
export async function handOver(
  deps: { readonly client: Pick<Client, 'workflow'> },
  value: HandOverInput,
): Promise<HandedOver> {
  currentCaller();
  const { type, input } = parseObject(value, 'input of handOver', {
    type: oneOf('promotion', 'release'),
    input: json(maxInputLength),
  });
  const { workflowId, args, description } = canonicalRun(type, input);
  try {
    const handle = await deps.client.workflow.start(type, {
      ...description,
      workflowId,
      taskQueue: taskQueues.control,
      args,
      workflowIdConflictPolicy: 'FAIL',
    });
    return { workflowId, runId: handle.firstExecutionRunId, joined: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return join(deps.client, type, workflowId);
  }
}

function canonicalRun(
  type: HandOverInput['type'],
  value: unknown,
): { workflowId: string; args: [unknown]; description: RunDescription } {
  if (type === 'release') {
    const input = parseReleaseInput(value);
    return {
      workflowId: workflowIds.release(input.tenant, input.product, input.revision),
      args: [input],
      description: describeRelease(input),
    };
  }
  const input = parsePromotionStart(value);
  const workflowId = workflowIds.promotion(input.tenant, input.product, input.lane, input.bundle, input.kind);
  return { workflowId, args: [input], description: describePromotion(input) };
}

async function join(client: Pick<Client, 'workflow'>, type: string, workflowId: string): Promise<HandedOver> {
  const found = await client.workflow.getHandle(workflowId).describe();
  if (found.type === type && found.taskQueue === taskQueues.control)
    return { workflowId, runId: found.raw.workflowExecutionInfo?.firstRunId ?? found.runId, joined: true };
  throw new LanekeeperError('PERMISSION_DENIED', {
    message: `${workflowId} is taken by a run that is not ours`,
    object: `workflow ${workflowId}`,
    why: `it is of type ${found.type.slice(0, 100)} on the task queue ${found.taskQueue.slice(0, 100)}`,
    next: `temporal workflow terminate --workflow-id ${workflowId}, then start it again`,
  });
}
