import { withTranslatedErrors } from '../failures.js';
import { handOver } from '../hand-over.js';
import { evaluateRound } from '../policy/evaluate-round.js';
import type { ControlDeps } from './deps.js';
import { guardBundle } from './guard-bundle.js';
import { openPromotion } from './open-promotion.js';
import { recordTransition } from './record-transition.js';
import { registerDecision } from './register-decision.js';
import type { PromotionControlActivities, PromotionGuardActivities } from './types.js';

/** The activities of the `control` queue that promotions use. */
export function createPromotionActivities(deps: ControlDeps): PromotionControlActivities & PromotionGuardActivities {
  return withTranslatedErrors<PromotionControlActivities & PromotionGuardActivities>({
    openPromotion: (input) => openPromotion(deps, input),
    evaluateGates: (input) => evaluateRound(deps, input),
    registerDecision: (input) => registerDecision(deps, input),
    guardBundle: (input) => guardBundle(deps, input),
    recordTransition: (input) => recordTransition(deps, input),
    handOver: (input) => handOver(deps, input),
  });
}
