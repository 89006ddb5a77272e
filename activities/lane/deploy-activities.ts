import { heartbeat, sleep } from '@temporalio/activity';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { Database } from '../../store/database.js';
import { laneTargets, readObservation, servicesOf } from '../../store/alias/read.js';
import { pointAliasToLive, switchAlias } from '../../store/alias/write.js';
import { requirePromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { withTranslatedErrors } from '../failures.js';
import type { PromotionRef } from '../promotion/types.js';
import type { DeployActivities } from './types.js';

/** The dependencies of the `deploy` queue. */
export interface DeployDeps {
  readonly database: Database;
  /**
   * Called at `deploy.switched` and `deploy.verified`, before the step reports, so that tests can kill the process
   * there.
   */
  readonly faultPoint?: (name: string) => void | Promise<void>;
}

/** How often the router's observation is polled during a switch, in milliseconds. */
const observationPollMs = 25;

/**
 * The activities of the `deploy` queue for the embedded lane target: the alias row is the desired state, the router's
 * observation the actual one.
 */
export function createDeployActivities(deps: DeployDeps): DeployActivities {
  const promotionOf = (ref: PromotionRef) =>
    deps.database.transaction(ref.tenant, (tx) => requirePromotion(tx, ref.promotionId));
  return withTranslatedErrors<DeployActivities>({
    async deployBundle(input) {
      const promotion = await promotionOf(input);
      const generation = await deps.database.transaction(input.tenant, async (tx) =>
        switchAlias(tx, {
          ...input,
          product: promotion.product,
          lane: promotion.lane,
          ...(await servicesOf(tx, promotion.bundle)),
        }),
      );
      await untilObserved(deps.database, input.tenant, promotion, generation);
      await deps.faultPoint?.('deploy.switched');
    },
    async verifyLane(input) {
      const promotion = await promotionOf(input);
      await verify(deps.database, input.tenant, promotion);
      await deps.faultPoint?.('deploy.verified');
    },
    async revertLane(input) {
      const promotion = await promotionOf(input);
      const generation = await deps.database.transaction(input.tenant, (tx) =>
        pointAliasToLive(tx, { ...input, product: promotion.product, lane: promotion.lane }),
      );
      if (generation !== undefined) await untilObserved(deps.database, input.tenant, promotion, generation);
    },
  });
}

async function untilObserved(
  database: Database,
  tenant: string,
  lane: { readonly product: string; readonly lane: Lane },
  generation: number,
): Promise<void> {
  for (;;) {
    heartbeat();
    const observation = await database.transaction(tenant, (tx) => readObservation(tx, lane.product, lane.lane));
    if (observation !== undefined && observation.generation >= generation) {
      if (observation.status === 'SERVING') return;
      if (observation.status === 'FAILED') {
        throw new LanekeeperError('SERVICE_UNHEALTHY', {
          message: `${lane.lane} of ${lane.product} did not switch to the bundle`,
          object: `lane ${lane.product}/${lane.lane}`,
          why: observation.detail ?? 'a service did not become healthy',
          next: 'correct the product and release it again; the lane keeps serving what it served before',
        });
      }
    }
    await sleep(observationPollMs);
  }
}

async function verify(database: Database, tenant: string, promotion: StoredPromotion): Promise<void> {
  const { targets, services } = await database.transaction(tenant, async (tx) => ({
    targets: await laneTargets(tx, promotion.product, promotion.lane),
    services: (await servicesOf(tx, promotion.bundle)).services,
  }));
  for (const service of services.filter((candidate) => candidate.route)) {
    const target = targets.find((candidate) => candidate.service === service.name);
    if (target === undefined) throw unhealthy(promotion, `${service.name} has no port in ${promotion.lane}`);
    await verifyAnswer(promotion, `http://127.0.0.1:${target.port}/`, service.name, promotion.bundle);
  }
}

async function verifyAnswer(promotion: StoredPromotion, url: string, service: string, bundle: Digest): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(5_000), redirect: 'manual' });
    await response.body?.cancel();
  } catch (error) {
    throw unhealthy(promotion, `${service} does not answer at ${url}: ${messageOf(error)}`);
  }
  const served = response.headers.get('lanekeeper-bundle');
  if (served !== bundle)
    throw unhealthy(
      promotion,
      `${service} at ${url} serves ${served === null ? 'nothing that names its bundle' : shortId(served)}`,
    );
  if (response.status >= 500) throw unhealthy(promotion, `${service} answers ${response.status} at ${url}`);
}

function unhealthy(promotion: StoredPromotion, why: string): LanekeeperError {
  return new LanekeeperError('SERVICE_UNHEALTHY', {
    message: `${promotion.lane} of ${promotion.product} does not serve bundle ${shortId(promotion.bundle)} as it should`,
    object: `lane ${promotion.product}/${promotion.lane}`,
    why,
    next: 'the lane goes back to what was live; correct the product and release it again',
  });
}
