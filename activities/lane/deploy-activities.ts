import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { messageOf } from '../../core/errors.js';
import { type LaneStep, type Step, stepsFrom } from '../../core/promotion/state.js';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import type { Database } from '../../store/database.js';
import { changedSignalName } from '../../temporal-config/names.js';
import { currentCaller } from '../caller.js';
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
  readonly client: Client;
}

/** How often a guard is tried: about 45 s with the pauses between the attempts of the activity. */
const guardAttempts = 8;

/** The activities of the `deploy` queue. */
export function createDeployActivities(deps: DeployDeps): DeployActivities {
  return withTranslatedErrors<DeployActivities>({
    async moveLane(input) {
      const { step, ...attempt } = parse.moveLane(input);
      const { cancellationSignal: signal, info } = Context.current();
      const asked = {
        ...attempt,
        signal,
        // Nothing has been moved yet: a person can decide, and others can have the lane, sooner than during a deploy.
        givesUp: (one: Step) => one === 'guard' && info.attempt >= guardAttempts,
        onLasting: () => void hintRun(deps.client),
      };
      // What follows in the same attempt, without a person or a change of mind in between.
      await performSteps(
        deps,
        asked,
        stepsFrom(step).map((one) => [one, workOf(deps, asked, one)] as const),
      );
    },
  });
}

/**
 * Hints the run that something has changed, so that it shows the phase that its promotion is in. Nothing depends on it: how
 * the steps ended, the run asks when the activity has ended.
 */
async function hintRun(client: Client): Promise<void> {
  try {
    await client.workflow.getHandle(currentCaller().workflowId).signal(changedSignalName);
  } catch (error) {
    Context.current().log.warn('the run could not be told that its lane is being moved', { message: messageOf(error) });
  }
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
