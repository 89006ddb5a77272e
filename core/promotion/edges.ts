import type { PromotionPhase } from './state.js';

/**
 * The edges of the state machine: where a promotion can go from each phase. The reducer takes no other, and the table
 * `promotion_edges` refuses every other; a test compares the two.
 */
export const promotionEdges: Readonly<Partial<Record<PromotionPhase, readonly PromotionPhase[]>>> = {
  GATING: ['AWAITING_APPROVAL', 'QUEUED', 'REJECTED', 'ABORTED', 'FAILED'],
  AWAITING_APPROVAL: ['GATING', 'QUEUED', 'REJECTED', 'ABORTED', 'FAILED'],
  QUEUED: ['GATING', 'AWAITING_APPROVAL', 'GUARDING', 'DEPLOYING', 'REJECTED', 'ABORTED', 'FAILED'],
  GUARDING: ['QUEUED', 'DEPLOYING', 'ERRORED', 'FAILED', 'ABORTED'],
  DEPLOYING: ['VERIFYING', 'ERRORED', 'FAILED', 'ABORTED'],
  VERIFYING: ['LIVE', 'ERRORED', 'FAILED', 'ABORTED'],
  ERRORED: ['GATING', 'DEPLOYING', 'VERIFYING', 'FAILED', 'ABORTED'],
  LIVE: ['SUPERSEDED', 'ROLLED_BACK'],
};

/** Whether a promotion can go from one phase to another. */
export function isEdge(from: PromotionPhase, to: PromotionPhase): boolean {
  return promotionEdges[from]?.includes(to) ?? false;
}
