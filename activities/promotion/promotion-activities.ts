import { Context } from '@temporalio/activity';
import { workflowTypes } from '../../temporal-config/names.js';
import { type Caller, type OwnRun, requireLocalCaller, requireOwnRun } from '../caller.js';
import { withTranslatedErrors } from '../failures.js';
import { handOver } from '../hand-over.js';
import { advance } from './advance.js';
import type { ControlDeps } from './deps.js';
import { hashBundle } from './hash-bundle.js';
import { parsePromotionActivityInput as parse } from './input.js';
import { openPromotion } from './open-promotion.js';
import { performSteps } from './perform-step.js';
import type { PromotionControlActivities, PromotionGuardActivities } from './types.js';

/**
 * How long a local activity may spend on verifying, in milliseconds: it delays the workflow task that it is part of. The
 * same activity with a timeout of its own may take longer.
 */
const localBudgetMs = 1_000;

/** The activities of the `control` queue that promotions use. Their inputs are messages, like any other. */
export function createPromotionActivities(deps: ControlDeps): PromotionControlActivities & PromotionGuardActivities {
  return withTranslatedErrors<PromotionControlActivities & PromotionGuardActivities>({
    openPromotion: async (input) => {
      const asked = parse.openPromotion(input);
      return openPromotion(deps, { ...asked, ...(await ownRun(deps)) }, limits());
    },
    advance: async (input) => {
      const { tenant, promotionId, stimulus, seen } = parse.advance(input);
      const caller = await ownRun(deps);
      return advance(deps, { tenant, promotionId }, stimulus, { ...limits(), seen, caller });
    },
    guardBundle: async (input) => {
      const asked = parse.guardBundle(input);
      await performSteps(deps, { ...asked, signal: Context.current().cancellationSignal }, [
        ['guard', ({ promotion }) => hashBundle(deps, asked.tenant, promotion.bundle)],
      ]);
    },
    handOver: (input) => handOver(deps, input),
  });
}

/**
 * Who calls, if it is our own code: in a local activity nobody else can, and for a normal one the server is asked. Nobody
 * else gains anything by calling, but could say that a step has ended which still runs.
 */
async function ownRun(deps: ControlDeps): Promise<Caller | OwnRun> {
  const { promotion } = workflowTypes;
  return Context.current().info.isLocal ? requireLocalCaller(promotion) : requireOwnRun(deps, promotion);
}

function limits(): { readonly signal: AbortSignal; readonly budgetMs?: number } {
  const { info, cancellationSignal } = Context.current();
  return { signal: cancellationSignal, ...(info.isLocal && { budgetMs: localBudgetMs }) };
}
