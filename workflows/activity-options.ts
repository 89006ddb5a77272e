import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { taskQueues } from '../temporal-config/task-queues.js';

/**
 * The retry and timeout profiles. Each says who uses it and why it is the way it is. Domain verdicts are thrown as
 * non-retryable failures, so what is retried is technical trouble alone.
 */

/**
 * Steps that only touch the database or compute. Two seconds, because they run inside a workflow task. A few quick
 * attempts cover a hiccup; then the wait is a durable timer of up to 90 s, so that ten minutes without PostgreSQL cost
 * fewer than 60 events.
 */
export const databaseStep = {
  startToCloseTimeout: '2 s',
  localRetryThreshold: '5 s',
  retry: { initialInterval: '200 ms', backoffCoefficient: 4, maximumInterval: '90 s' },
} as const satisfies LocalActivityOptions;

/** The same for what is only shown to people: it is not worth waiting for. */
export const shownStep = {
  ...databaseStep,
  retry: { ...databaseStep.retry, maximumAttempts: 5 },
} as const satisfies LocalActivityOptions;

/**
 * The same for moving a promotion, which may have much evidence to verify first: what takes too long for a local activity
 * says so at once, and is then done by {@link longDatabaseStep}.
 */
export const moveStep = {
  ...databaseStep,
  retry: { ...databaseStep.retry, nonRetryableErrorTypes: ['TIMED_OUT'] },
} as const satisfies LocalActivityOptions;

/** The same for what somebody has sent: one over which our own code stumbles must not keep others from their turn. */
export const statementStep = {
  ...moveStep,
  retry: { ...moveStep.retry, nonRetryableErrorTypes: [...moveStep.retry.nonRetryableErrorTypes, 'INTERNAL'] },
} as const satisfies LocalActivityOptions;

/** What takes too long for a local activity: verifying hundreds of attestations. Retried until it succeeds. */
export const longDatabaseStep = {
  taskQueue: taskQueues.control,
  startToCloseTimeout: '2 min',
  retry: { initialInterval: '500 ms', maximumInterval: '1 min' },
} as const satisfies ActivityOptions;

/**
 * Building and testing a product: minutes, run by its own scripts. A failed build is a verdict; a lost worker is
 * noticed by its heartbeat.
 */
export const buildStep = {
  taskQueue: taskQueues.build,
  startToCloseTimeout: '60 min',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '1 s', maximumInterval: '1 min', maximumAttempts: 5 },
} as const satisfies ActivityOptions;

/** Signing and registering: quick and idempotent by (statement, key), so it is retried until it succeeds. */
export const signStep = {
  taskQueue: taskQueues.sign,
  startToCloseTimeout: '30 s',
  retry: { initialInterval: '500 ms', maximumInterval: '1 min' },
} as const satisfies ActivityOptions;

/** Verifying the signatures of many commits, each by a program, and signing the list. */
export const signCommitsStep = {
  taskQueue: taskQueues.sign,
  startToCloseTimeout: '10 min',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '500 ms', maximumInterval: '1 min', maximumAttempts: 10 },
} as const satisfies ActivityOptions;

/**
 * Reading and checking a bundle's blobs, before a deploy and for sealing: a few seconds of I/O. A promotion that
 * exhausts the attempts becomes ERRORED, where a person decides.
 */
export const guardStep = {
  taskQueue: taskQueues.control,
  startToCloseTimeout: '2 min',
  heartbeatTimeout: '30 s',
  retry: { initialInterval: '500 ms', maximumInterval: '15 s', maximumAttempts: 8 },
} as const satisfies ActivityOptions;

/**
 * Taking a lane: reading the bundle's blobs, moving the target and checking it. Idempotent by its key and fenced by its
 * token, so a retry after a crash is safe. The heartbeat timeout is short because a lane is blocked until a dead worker is
 * noticed.
 */
export const deployStep = {
  taskQueue: taskQueues.deploy,
  startToCloseTimeout: '7 min',
  heartbeatTimeout: '5 s',
  retry: { initialInterval: '500 ms', maximumInterval: '15 s', maximumAttempts: 20 },
} as const satisfies ActivityOptions;

/**
 * Waiting for a holder's run to close. Lasts as long as the hold; a lost worker is noticed within seconds and the watch
 * is resumed.
 */
export const watchStep = {
  taskQueue: taskQueues.control,
  startToCloseTimeout: '7 days',
  heartbeatTimeout: '10 s',
  retry: { initialInterval: '1 s', maximumInterval: '10 s' },
} as const satisfies ActivityOptions;

/** Starting or joining the canonical run. Idempotent by its workflow id. */
export const handOverStep = {
  taskQueue: taskQueues.control,
  startToCloseTimeout: '20 s',
  retry: { initialInterval: '500 ms', maximumInterval: '30 s' },
} as const satisfies ActivityOptions;
