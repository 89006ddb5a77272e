import { asLanekeeperError } from '../../core/errors.js';
import { transition } from '../../store/promotion/write.js';
import type { ControlDeps } from './deps.js';
import type { PromotionControlActivities } from './types.js';

/** Records a transition. @returns whether it counts; false when the lane has since been granted to another promotion */
export async function recordTransition(
  deps: ControlDeps,
  input: Parameters<PromotionControlActivities['recordTransition']>[0],
): Promise<boolean> {
  try {
    await deps.database.transaction(input.tenant, (tx) => transition(tx, { ...input, id: input.promotionId }));
    return true;
  } catch (error) {
    if (asLanekeeperError(error)?.code === 'STALE_FENCING_TOKEN') return false;
    throw error;
  }
}
