import { ApplicationFailure, defaultFailureConverter, type FailureConverter } from '@temporalio/common';

/**
 * Reads why something failed, and never throws. Anybody who may call Temporal can fail an activity with a failure that
 * has no form, or with causes inside causes; an error here would fail the workflow task, which Temporal retries for ever.
 *
 * The bundler takes this module by the name of its export.
 */
export const failureConverter: FailureConverter = {
  errorToFailure: (error, payloads, context) => defaultFailureConverter.errorToFailure(error, payloads, context),
  failureToError(failure, payloads, context) {
    try {
      return defaultFailureConverter.failureToError(failure, payloads, context);
    } catch {
      return ApplicationFailure.nonRetryable('a failure that cannot be read was reported', 'INTERNAL');
    }
  },
};
