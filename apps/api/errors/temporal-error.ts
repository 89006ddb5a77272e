import {
  isGrpcServiceError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { isErrorCode, LanekeeperError } from '../../../core/errors.js';

/** The domain error for what Temporal's client threw; undefined when it is not an error of Temporal. */
export function asTemporalError(error: unknown): LanekeeperError | undefined {
  if (error instanceof WorkflowNotFoundError) {
    return new LanekeeperError(
      'WRONG_STATE',
      {
        message: 'the workflow is no longer running',
        object: `workflow ${error.workflowId}`,
        next: 'lane why PROMOTION shows how it ended',
      },
      { cause: error },
    );
  }
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
    return new LanekeeperError(
      'TIMED_OUT',
      {
        message: 'the workflow did not answer in time',
        why: 'perhaps no worker is running',
        next: 'lane doctor; it is safe to send the same request again',
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
 * The domain error that a failure or one of its causes carries: its type is the code, its first detail the rest.
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
      message: 'the workflow failed with an unknown error',
      why: error.cause instanceof Error ? error.cause.message : error.message,
    },
    { cause: error },
  );
}
