import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { asLanekeeperError, type ErrorCode, type LanekeeperError, messageOf } from '../core/errors.js';

/** Codes that a later attempt may cure. Everything else is a verdict and is thrown as non-retryable. */
const retryable: readonly ErrorCode[] = ['UNAVAILABLE', 'TIMED_OUT', 'BUSY', 'INTERNAL'];

/** The error as a verdict of the domain, if it is one: something that no later attempt cures. */
export function asVerdict(error: unknown): LanekeeperError | undefined {
  const known = asLanekeeperError(error);
  return known === undefined || retryable.includes(known.code) ? undefined : known;
}

/**
 * The only place where errors are translated for Temporal: the code becomes the failure's type, the detail its details.
 */
export function toApplicationFailure(error: unknown): Error {
  if (error instanceof ApplicationFailure || error instanceof CancelledFailure) return error;
  const known = asLanekeeperError(error);
  if (known === undefined) {
    return ApplicationFailure.create({
      type: 'INTERNAL',
      nonRetryable: false,
      message: messageOf(error),
      ...(error instanceof Error && { cause: error }),
    });
  }
  return ApplicationFailure.create({
    type: known.code,
    nonRetryable: asVerdict(known) !== undefined,
    message: known.why === undefined ? known.message : `${known.message}: ${known.why}`,
    details: [known.detail],
    // Whoever has the lock is done in a moment; waiting longer each time, as for an outage, would only leave the lane idle.
    ...(known.code === 'BUSY' && { nextRetryDelay: 100 + Math.floor(Math.random() * 200) }),
  });
}

/**
 * Whether an operator has paused the running activity, or reset it (`temporal activity pause`). Then its signal fires as
 * for a cancellation, but its work is wanted: whatever it throws because of that says nothing about the work, and the SDK
 * reports a CancelledFailure as something to try again later.
 */
function isPutOff(): boolean {
  const { cancellationSignal, cancellationDetails: why } = Context.current();
  if (!cancellationSignal.aborted || why === undefined || why.cancelRequested) return false;
  return why.paused || why.reset;
}

/** The same activities with their errors translated. */
export function withTranslatedErrors<T extends object>(activities: T): T {
  const translated = Object.entries(activities).map(([name, activity]) => {
    if (typeof activity !== 'function') return [name, activity] as const;
    const wrapped = async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (activity as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        throw isPutOff() ? new CancelledFailure('the activity was put off') : toApplicationFailure(error);
      }
    };
    return [name, wrapped] as const;
  });
  // Same names, same signatures: only what is thrown differs.
  return Object.fromEntries(translated) as T;
}
