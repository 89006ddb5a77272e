import { ApplicationFailure } from '@temporalio/workflow';
import { LanekeeperError } from '../core/errors.js';

/**
 * Calls `parse`; an error of the domain fails the run at once. A plain error would fail the workflow task, which
 * Temporal retries for ever.
 *
 * @throws ApplicationFailure with the code of the error as its type, not retryable
 */
export function failingRun<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LanekeeperError)) throw error;
    throw ApplicationFailure.create({
      type: error.code,
      nonRetryable: true,
      message: error.message,
      details: [error.detail],
    });
  }
}
