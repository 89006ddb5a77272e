import { Context } from '@temporalio/activity';
import type { Step } from '../../core/promotion/state.js';
import type { Database } from '../../store/database.js';
import { withTranslatedErrors } from '../failures.js';
import { parsePromotionActivityInput as parse } from '../promotion/input.js';
import { performStep, type StepOfAttempt, withOwed } from '../promotion/perform-step.js';
import type { LaneTarget, TargetWork } from './target.js';
import type { DeployActivities } from './types.js';

/** The dependencies of the `deploy` queue. */
export interface DeployDeps {
  readonly database: Database;
  readonly now: () => Date;
  readonly target: LaneTarget;
}

type LaneMove = 'deploy' | 'verify' | 'revert';

/** The activities of the `deploy` queue. */
export function createDeployActivities(deps: DeployDeps): DeployActivities {
  return withTranslatedErrors<DeployActivities>({
    async moveLane(input) {
      const asked = parse.moveLane(input);
      const { cancellationSignal: signal } = Context.current();
      const owed = await perform(deps, { ...asked, signal });
      // What follows in the same attempt, without a person or a change of mind in between.
      if (asked.step === 'deploy' && owed.includes('verify')) await perform(deps, { ...asked, step: 'verify', signal });
    },
  });
}

function perform(deps: DeployDeps, asked: StepOfAttempt & { readonly step: LaneMove }): Promise<readonly Step[]> {
  const { target } = deps;
  return performStep(deps, asked, async ({ promotion }) => {
    const work: TargetWork = {
      tenant: asked.tenant,
      promotion,
      owed: (effect) => withOwed(deps, asked, (tx, _scene, step) => effect(tx, step)),
    };
    switch (asked.step) {
      case 'deploy':
        return target.observe(work, await target.apply(work));
      case 'verify':
        return target.verify(work);
      case 'revert': {
        const generation = await target.revert(work);
        if (generation !== undefined) await target.observe(work, generation);
      }
    }
  });
}
