import { randomUUID } from 'node:crypto';
import { ApplicationFailure, defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { CommandType } = temporal.api.enums.v1;
const namespace = 'default';
const identity = 'a foreign worker';
/** The server ends a long poll on its own before this. */
const pollMs = 70_000;

/** An activity that somebody else wants our workers to run. */
export interface ForeignCall {
  /** Name of the activity; any. */
  readonly activity: string;
  /** A task queue of ours; any. */
  readonly queue: string;
  readonly args: readonly unknown[];
  /** Under which workflow id it is called; by default one that means nothing. */
  readonly workflowId?: string;
  /** By default `foreign`. */
  readonly workflowType?: string;
  /** By default one: an attacker does not need to try again. */
  readonly attempts?: number;
}

/** How the call ended. */
export type ForeignOutcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly type: string; readonly message: string; readonly retryable: boolean };

/**
 * Calls an activity of ours from a workflow that is not ours: whoever may start workflows in a namespace can serve a
 * task queue of their own, and schedule any activity with any argument on any other. This speaks Temporal's API
 * directly, so that the workflow may have any id and any type.
 */
export async function callFromForeignWorkflow(client: Client, call: ForeignCall): Promise<ForeignOutcome> {
  const queue = { name: `foreign-${randomUUID()}` };
  const workflowId = call.workflowId ?? `foreign-${randomUUID()}`;
  const { runId } = await client.workflowService.startWorkflowExecution({
    namespace,
    identity,
    workflowId,
    requestId: randomUUID(),
    workflowType: { name: call.workflowType ?? 'foreign' },
    taskQueue: queue,
    workflowTaskTimeout: { seconds: 10 as never },
  });
  await respond(client, queue, [scheduleCommand(call)]);
  // The next workflow task comes when the activity has ended.
  await respond(client, queue, [
    {
      commandType: CommandType.COMMAND_TYPE_COMPLETE_WORKFLOW_EXECUTION,
      completeWorkflowExecutionCommandAttributes: {},
    },
  ]);
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId, runId },
  });
  return outcomeIn(history?.events ?? []);
}

function scheduleCommand(call: ForeignCall): temporal.api.command.v1.ICommand {
  return {
    commandType: CommandType.COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK,
    scheduleActivityTaskCommandAttributes: {
      activityId: '1',
      activityType: { name: call.activity },
      taskQueue: { name: call.queue },
      input: { payloads: call.args.map((arg) => defaultPayloadConverter.toPayload(arg)) },
      scheduleToCloseTimeout: { seconds: 30 as never },
      startToCloseTimeout: { seconds: 20 as never },
      retryPolicy: { maximumAttempts: call.attempts ?? 1 },
    },
  };
}

/** Waits for a workflow task of our own queue and answers it. */
async function respond(
  client: Client,
  taskQueue: { readonly name: string },
  commands: temporal.api.command.v1.ICommand[],
): Promise<void> {
  for (let polls = 0; polls < 3; polls += 1) {
    const { taskToken } = await client.withDeadline(Date.now() + pollMs, () =>
      client.workflowService.pollWorkflowTaskQueue({ namespace, identity, taskQueue }),
    );
    // An empty answer is the end of one long poll.
    if (taskToken.length === 0) continue;
    await client.workflowService.respondWorkflowTaskCompleted({ namespace, identity, taskToken, commands });
    return;
  }
  throw new Error(`there was no workflow task on ${taskQueue.name}`);
}

function outcomeIn(events: readonly temporal.api.history.v1.IHistoryEvent[]): ForeignOutcome {
  for (const event of events) {
    const done = event.activityTaskCompletedEventAttributes;
    if (done !== null && done !== undefined) {
      const [payload] = done.result?.payloads ?? [];
      return { ok: true, result: payload === undefined ? undefined : defaultPayloadConverter.fromPayload(payload) };
    }
    const failure =
      event.activityTaskFailedEventAttributes?.failure ?? event.activityTaskTimedOutEventAttributes?.failure;
    if (failure !== null && failure !== undefined) {
      const { type, nonRetryable } = failure.applicationFailureInfo ?? {};
      return {
        ok: false,
        type: type ?? (failure.timeoutFailureInfo ? 'TIMED_OUT_IN_TEMPORAL' : 'UNKNOWN'),
        message: defaultFailureConverter.failureToError(failure, defaultPayloadConverter).message,
        retryable: nonRetryable !== true,
      };
    }
  }
  throw new Error('the activity neither completed nor failed');
}

/** Calls an activity of ours as a standalone activity: without any workflow, as the stock command line can. */
export async function callStandalone(client: Client, call: ForeignCall): Promise<ForeignOutcome> {
  const handle = await client.activity.start(call.activity, {
    id: `standalone-${randomUUID()}`,
    taskQueue: call.queue,
    args: [...call.args],
    startToCloseTimeout: '20 s',
    scheduleToCloseTimeout: '30 s',
    retry: { maximumAttempts: call.attempts ?? 1 },
  });
  try {
    return { ok: true, result: await handle.result() };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    if (!(cause instanceof ApplicationFailure)) throw error;
    return { ok: false, type: cause.type ?? 'UNKNOWN', message: cause.message, retryable: cause.nonRetryable !== true };
  }
}
