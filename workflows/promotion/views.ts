import { isOpen } from '../../core/policy/verdict.js';
import type { PromotionStatus } from './contract.js';
import type { PromotionRun } from './run.js';

/** The answer to the query `status`. */
export function statusOf({ input, answer, gates, notices }: PromotionRun, ignoredMessages: number): PromotionStatus {
  const { promotionId, phase, standing, reason, policyDigest, lookAgainAt, error } = answer;
  return {
    promotionId,
    product: input.product,
    lane: input.lane,
    bundle: input.bundle,
    kind: input.kind ?? 'PROMOTION',
    state: phase,
    ...(standing !== undefined && { standing }),
    reason,
    policyDigest,
    openGates: gates.filter(({ verdict }) => isOpen(verdict)),
    notices,
    ...(lookAgainAt !== undefined && { recheckAt: lookAgainAt }),
    ...(error !== undefined && { error }),
    ignoredMessages,
  };
}
