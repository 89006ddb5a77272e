import { maxStatementLength, parsePromotionStart } from '../../core/promotion/input.js';
import { failingRun } from '../fail-run.js';
import type { PromotionInput } from './contract.js';

/**
 * Reads an input that was given to Temporal, without trusting any of it.
 *
 * @throws ApplicationFailure of type INVALID_INPUT or UNKNOWN_LANE, not retryable: the run fails at once
 */
export function parsePromotionInput(value: unknown): PromotionInput {
  return failingRun(() => parsePromotionStart(value));
}

/** Whether a message can be a signed statement: an object, or its JSON as a string, of a bounded size. */
export function isStatement(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= maxStatementLength;
  return typeof value === 'object' && value !== null && JSON.stringify(value).length <= maxStatementLength;
}
