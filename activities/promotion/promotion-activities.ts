import { withTranslatedErrors } from '../failures.js';
import { register } from './register-decision.js';
import type { ControlDeps } from './deps.js';
import { evaluate } from '../policy/evaluate-gates.js';
import { guard } from './guard-bundle.js';
import { handOver } from '../hand-over.js';
import { open } from './open-promotion.js';
import { record } from './record-transition.js';
import type { PromotionControlActivities, PromotionGuardActivities } from './types.js';

/** The activities of the `control` queue that promotions use. */
export function createPromotionActivities(deps: ControlDeps): PromotionControlActivities & PromotionGuardActivities {
  return withTranslatedErrors<PromotionControlActivities & PromotionGuardActivities>({
    openPromotion: (input) => open(deps, input),
    evaluateGates: (input) => evaluate(deps, input),
    registerDecision: (input) => register(deps, input),
    guardBundle: (input) => guard(deps, input),
    recordTransition: (input) => record(deps, input),
    handOver: (input) => handOver(deps, input),
  });
}
