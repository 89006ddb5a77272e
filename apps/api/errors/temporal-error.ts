import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { LanekeeperError } from '../../../core/errors.js';
import { isErrorCode } from './codes.js';

/** What Temporal's client threw, as an error of the domain; undefined when it is none of Temporal's. */
export function asTemporalError(error: unknown): LanekeeperError | undefined {
  if (error instanceof WorkflowNotFoundError) {
    return new LanekeeperError(
      'WRONG_STATE',
      {
        message: 'the workflow does not run any more',
        object: `workflow ${error.workflowId}`,
        next: 'lane why PROMOTION says how it ended',
      },
      { cause: error },
    );
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new LanekeeperError(
      'TIMED_OUT',
      {
        message: 'the workflow did not answer in time',
        why: 'no worker may be running',
        next: 'lane doctor; sending the same again does no harm',
      },
      { cause: error },
    );
  }
  if (error instanceof WorkflowFailedError || error instanceof WorkflowUpdateFailedError)
    return fromFailure(error.cause) ?? unexplained(error);
  if (error instanceof ApplicationFailure) return fromFailure(error);
  if (isGrpcServiceError(error)) {
    return new LanekeeperError(
      'UNAVAILABLE',
      { message: 'Temporal does not answer', why: error.details, next: 'lane doctor' },
      { cause: error },
    );
  }
  return undefined;
}

/**
 * The domain error that a failure carries: its type is the code, its first detail the rest. Activity failures are
 * looked through.
 */
function fromFailure(failure: unknown): LanekeeperError | undefined {
  for (let each = failure, depth = 0; each instanceof Error && depth < 10; each = each.cause, depth += 1) {
    if (!(each instanceof ApplicationFailure) || !isErrorCode(each.type)) continue;
    const detail: unknown = each.details?.[0];
    const text = (name: string): Record<string, string> => {
      const value: unknown = typeof detail === 'object' && detail !== null ? Reflect.get(detail, name) : undefined;
      return typeof value === 'string' ? { [name]: value } : {};
    };
    return new LanekeeperError(
      each.type,
      { message: each.message, ...text('message'), ...text('object'), ...text('why'), ...text('next') },
      { cause: each },
    );
  }
  return undefined;
}

function unexplained(error: Error): LanekeeperError {
  return new LanekeeperError(
    'INTERNAL',
    {
      message: 'the workflow ended without a word',
      why: error.cause instanceof Error ? error.cause.message : error.message,
    },
    { cause: error },
  );
}
