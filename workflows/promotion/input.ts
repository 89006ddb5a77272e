import { ApplicationFailure } from '@temporalio/workflow';
import { maxStatementLength, parsePromotionStart } from '../../core/promotion/input.js';
import { failingRun } from '../fail-run.js';
import type { DecisionMessage, PromotionInput } from './contract.js';

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

/**
 * Refuses an update that cannot be a signed statement before it reaches the history.
 * @throws ApplicationFailure of type INVALID_INPUT
 */
export function validateDecision(message: DecisionMessage): void {
  const statement: unknown = (message as DecisionMessage | null | undefined)?.statement;
  if (typeof statement === 'object' && isStatement(statement)) return;
  throw ApplicationFailure.nonRetryable('the message must hold a signed statement of at most 32 KiB', 'INVALID_INPUT');
}
