import { type Client, isGrpcServiceError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { ValueError } from '@temporalio/common';
import { messageOf } from '../core/errors.js';
import { taskQueues } from '../temporal-config/task-queues.js';
import { laneChangedSignal, laneWorkflowType } from '../workflows/lane/contract.js';
import type { Wakeup } from './wake-ups.js';

/** What became of one attempt to deliver a wake-up. */
export type DeliveryResult =
  | { readonly outcome: 'delivered' }
  /** Something is away or overloaded: the same delivery can succeed later. */
  | { readonly outcome: 'failed'; readonly reason: string }
  /** The delivery can never succeed as it is. */
  | { readonly outcome: 'malformed'; readonly reason: string };

/** How long one attempt may take. */
const deadlineMs = 5_000;

// INVALID_ARGUMENT and FAILED_PRECONDITION of gRPC: the server understood the request, and will refuse it again.
const malformedCodes: readonly number[] = [3, 9];

/** Sends one wake-up; never throws. A run that has closed, or never was, needs no hint. */
export async function deliver(client: Client, wakeup: Wakeup): Promise<DeliveryResult> {
  let timer: NodeJS.Timeout | undefined;
  // The deadline of gRPC starts when a call is made; this one also ends what hangs before.
  const timeout = new Promise<DeliveryResult>((resolve) => {
    timer = setTimeout(() => resolve({ outcome: 'failed', reason: 'no answer in time' }), deadlineMs);
  });
  try {
    return await Promise.race([attempt(client, wakeup), timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function attempt(client: Client, wakeup: Wakeup): Promise<DeliveryResult> {
  try {
    await client.withDeadline(Date.now() + deadlineMs, () => send(client, wakeup));
    return { outcome: 'delivered' };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { outcome: 'delivered' };
    const cause = error instanceof ServiceError ? error.cause : error;
    const malformed = isGrpcServiceError(cause)
      ? malformedCodes.includes(cause.code)
      : cause instanceof ValueError || (cause === error && cause instanceof TypeError);
    return { outcome: malformed ? 'malformed' : 'failed', reason: messageOf(cause ?? error) };
  }
}

async function send(client: Client, wakeup: Wakeup): Promise<void> {
  if (wakeup.to === 'lane') {
    await client.workflow.signalWithStart(laneWorkflowType, {
      workflowId: wakeup.workflowId,
      taskQueue: taskQueues.control,
      args: [wakeup.input],
      signal: laneChangedSignal,
      signalArgs: [],
    });
    return;
  }
  const handle = client.workflow.getHandle(wakeup.workflowId, undefined, { firstExecutionRunId: wakeup.firstRunId });
  await handle.signal(wakeup.signal, ...wakeup.args);
}
