import { Context } from '@temporalio/activity';
import { type LaneStep, takingSteps } from '../../core/promotion/state.js';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import type { Database } from '../../store/database.js';
import { withTranslatedErrors } from '../failures.js';
import { hashBundle } from '../promotion/hash-bundle.js';
import { parsePromotionActivityInput as parse } from '../promotion/input.js';
import { type AskedAttempt, performSteps, type StepWork, withOwed } from '../promotion/perform-step.js';
import type { LaneTarget, TargetWork } from './target.js';
import type { DeployActivities } from './types.js';

/** The dependencies of the `deploy` queue. */
export interface DeployDeps {
  readonly database: Database;
  readonly blobs: TenantStores;
  readonly now: () => Date;
  readonly target: LaneTarget;
}

/** The activities of the `deploy` queue. */
export function createDeployActivities(deps: DeployDeps): DeployActivities {
  return withTranslatedErrors<DeployActivities>({
    async moveLane(input) {
      const { step, ...attempt } = parse.moveLane(input);
      const asked = { ...attempt, signal: Context.current().cancellationSignal };
      // What follows in the same attempt, without a person or a change of mind in between.
      const steps = step === 'revert' ? [step] : takingSteps.slice(takingSteps.indexOf(step));
      await performSteps(
        deps,
        asked,
        steps.map((one) => [one, workOf(deps, asked, one)] as const),
      );
    },
  });
}

function workOf(deps: DeployDeps, asked: AskedAttempt, step: LaneStep): StepWork {
  const { database, target } = deps;
  const onTarget =
    (perform: (work: TargetWork) => Promise<void>): StepWork =>
    ({ promotion }) =>
      perform({
        tenant: asked.tenant,
        promotion,
        owed: (effect) => withOwed({ database }, { ...asked, step }, effect),
      });
  switch (step) {
    case 'guard':
      return ({ promotion }) => hashBundle(deps, asked.tenant, promotion.bundle);
    case 'deploy':
      return onTarget(async (work) => target.observe(work, await target.apply(work)));
    case 'verify':
      return onTarget((work) => target.verify(work));
    case 'revert':
      return onTarget(async (work) => {
        const generation = await target.revert(work);
        if (generation !== undefined) await target.observe(work, generation);
      });
  }
}
