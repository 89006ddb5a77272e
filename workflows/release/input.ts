import { parseReleaseInput, type ReleaseInput } from '../../core/release/input.js';
import { failingRun } from '../fail-run.js';

/**
 * Reads the input of a run, without trusting any of it.
 * @throws ApplicationFailure of type INVALID_INPUT, not retryable: the run fails at once
 */
export function readReleaseInput(value: unknown): ReleaseInput {
  return failingRun(() => parseReleaseInput(value));
}
