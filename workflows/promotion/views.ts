import type { PromotionMachine } from '../../core/promotion/state.js';
import type { PromotionStatus } from './contract.js';

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
