import { Context } from '@temporalio/activity';
import type { Step } from '../../core/promotion/state.js';
import { laneTargets, servicesOf } from '../../store/alias/read.js';
import { pointAliasToLive, switchAlias } from '../../store/alias/write.js';
import type { Database } from '../../store/database.js';
import { withTranslatedErrors } from '../failures.js';
import { parsePromotionActivityInput as parse } from '../promotion/input.js';
import { type OwedStep, performStep, type StepOfAttempt, withOwed } from '../promotion/perform-step.js';
import { untilObserved, verifyRoutes } from './observe-lane.js';
import type { DeployActivities } from './types.js';

/** The dependencies of the `deploy` queue. */
export interface DeployDeps {
  readonly database: Database;
  readonly now: () => Date;
  /**
   * Called at `deploy.switched` and `deploy.verified`, before the step is recorded, so that tests can kill the process
   * there.
   */
  readonly faultPoint?: (name: string) => void | Promise<void>;
}

type LaneMove = 'deploy' | 'verify' | 'revert';

/**
 * The activities of the `deploy` queue for the embedded lane target: the alias row is the desired state, the router's
 * observation the actual one.
 */
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
  return performStep(deps, asked, (owed) => {
    switch (asked.step) {
      case 'deploy':
        return deploy(deps, asked);
      case 'verify':
        return verify(deps, asked, owed);
      case 'revert':
        return revert(deps, asked);
    }
  });
}

async function deploy(deps: DeployDeps, asked: StepOfAttempt): Promise<void> {
  const { promotion, generation } = await withOwed(deps, asked, async (tx, _scene, { promotion: owed, ...key }) => ({
    promotion: owed,
    generation: await switchAlias(tx, {
      ...key,
      promotionId: owed.id,
      product: owed.product,
      lane: owed.lane,
      ...(await servicesOf(tx, owed.bundle)),
    }),
  }));
  await untilObserved(deps.database, asked.tenant, promotion, generation);
  await deps.faultPoint?.('deploy.switched');
}

async function verify(deps: DeployDeps, asked: StepOfAttempt, { promotion }: OwedStep): Promise<void> {
  const { targets, services } = await deps.database.transaction(asked.tenant, async (tx) => ({
    targets: await laneTargets(tx, promotion.product, promotion.lane),
    services: (await servicesOf(tx, promotion.bundle)).services,
  }));
  await verifyRoutes(promotion, targets, services);
  await deps.faultPoint?.('deploy.verified');
}

async function revert(deps: DeployDeps, asked: StepOfAttempt): Promise<void> {
  const { promotion, generation } = await withOwed(deps, asked, async (tx, _scene, { promotion: owed, ...key }) => ({
    promotion: owed,
    generation: await pointAliasToLive(tx, { ...key, promotionId: owed.id, product: owed.product, lane: owed.lane }),
  }));
  if (generation !== undefined) await untilObserved(deps.database, asked.tenant, promotion, generation);
}
