import { ApplicationFailure } from '@temporalio/workflow';
import type { PromotionMachine } from '../../core/promotion/state.js';
import type { DecisionMessage, PromotionStatus } from './contract.js';

/** The largest signed decision, in characters of JSON. A real one is about 3,000. */
const maxStatementLength = 32_768;

/** The answer to the query `status`. */
export function statusOf(state: PromotionMachine): PromotionStatus {
  const { promotionId, product, lane, bundle, kind, policyDigest } = state.identity;
  return {
    promotionId,
    product,
    lane,
    bundle,
    kind,
    state: state.phase,
    reason: state.reason,
    policyDigest,
    openGates: state.gates.filter((gate) => gate.verdict !== 'PASS' && gate.verdict !== 'NOT_APPLICABLE'),
    ...(state.recheckAt !== undefined && { recheckAt: state.recheckAt }),
    ...(state.error !== undefined && { error: state.error }),
  };
}

/**
 * Refuses an update that cannot be a signed statement before it reaches the history.
 * @throws ApplicationFailure of type INVALID_INPUT
 */
export function validateDecision(message: DecisionMessage): void {
  const statement: unknown = (message as DecisionMessage | null | undefined)?.statement;
  if (typeof statement !== 'object' || statement === null || JSON.stringify(statement).length > maxStatementLength) {
    throw ApplicationFailure.nonRetryable(
      'the message must hold a signed statement of at most 32 KiB',
      'INVALID_INPUT',
    );
  }
}
