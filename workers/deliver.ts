import {
  type Client,
  Connection,
  type ConnectionOptions,
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ValueError } from '@temporalio/common';
import { messageOf } from '../core/errors.js';
import { describeLane } from '../core/run-description.js';
import { taskQueues } from '../temporal-config/task-queues.js';
import { laneChangedSignal, laneWorkflowType } from '../workflows/lane/contract.js';
import { changedSignal } from '../workflows/promotion/contract.js';
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

/**
 * Connects to Temporal for deliveries. The client of Temporal would try failed calls again by itself, unseen, and even
 * after the connection was closed; the dispatcher tries them again instead.
 */
export function connectForDeliveries(options: ConnectionOptions | undefined): Promise<Connection> {
  return Connection.connect({ ...options, interceptors: [] });
}

/**
 * Sends one wake-up; never throws. A run that has closed, or never was, needs no hint.
 *
 * @param stopping ends the attempt early
 */
export async function deliver(client: Client, wakeup: Wakeup, stopping: AbortSignal): Promise<DeliveryResult> {
  const call = new AbortController();
  let end = (): void => undefined;
  const ended = new Promise<DeliveryResult>((resolve) => {
    end = () => resolve({ outcome: 'failed', reason: 'no answer in time' });
  });
  const timer = setTimeout(end, deadlineMs);
  stopping.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([attempt(client, wakeup, call.signal), ended]);
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', end);
    call.abort();
  }
}

async function attempt(client: Client, wakeup: Wakeup, ended: AbortSignal): Promise<DeliveryResult> {
  try {
    await client.withAbortSignal(ended, () => send(client, wakeup));
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
      ...describeLane(wakeup.input),
      workflowId: wakeup.workflowId,
      taskQueue: taskQueues.control,
      args: [wakeup.input],
      signal: laneChangedSignal,
      signalArgs: [],
    });
    return;
  }
  const handle = client.workflow.getHandle(wakeup.workflowId, undefined, { firstExecutionRunId: wakeup.firstRunId });
  await handle.signal(changedSignal);
}
