import { withTranslatedErrors } from '../failures.js';
import { register } from './decision.js';
import type { ControlDeps } from './deps.js';
import { evaluate } from './gates.js';
import { guard } from './guard.js';
import { handOver } from './hand-over.js';
import { open } from './open.js';
import { record } from './record.js';
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
