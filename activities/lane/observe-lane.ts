import { heartbeat, sleep } from '@temporalio/activity';
import type { Digest } from '../../core/digest.js';
import { asLanekeeperError, LanekeeperError, messageOf } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import { type AliasService, readObservation } from '../../store/alias/read.js';
import { stepsToTake } from '../../core/promotion/lane-steps.js';
import type { Database, Transaction } from '../../store/database.js';
import { requireSnapshot } from '../../store/policy/read.js';
import { msSinceLastMove, type StoredPromotion } from '../../store/promotion/read.js';
import { currentStep, withHeartbeats } from '../long-step.js';

/** How often the router's observation is polled during a switch, in milliseconds. */
const observationPollMs = 25;

/** Waits until the router has dealt with a generation of a lane. @throws SERVICE_UNHEALTHY when it could not switch */
export async function untilObserved(
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

/** How long to wait before a lane is asked again that did not answer rightly, in milliseconds. */
const askAgainMs = 250;

/**
 * For how much longer the target may answer wrongly, in milliseconds, by the definition that is pinned to the promotion. It
 * is counted from when the lane was switched, so that a worker that dies in between gives it no more time.
 */
export async function patienceLeft(tx: Transaction, { id, policyDigest, kind }: StoredPromotion): Promise<number> {
  const steps = stepsToTake(await requireSnapshot(tx, policyDigest), kind);
  const within = steps.find(({ step }) => step === 'verify')?.withinSeconds;
  return within === undefined ? 0 : within * 1_000 - (await msSinceLastMove(tx, id));
}

/** Asks until the answer is right, and once at least. @throws SERVICE_UNHEALTHY when there is no time left */
export async function untilHealthy(leftMs: number, ask: () => Promise<void>): Promise<void> {
  const until = performance.now() + leftMs;
  const { signal } = currentStep();
  await withHeartbeats(currentStep(), async () => {
    for (;;) {
      try {
        await ask();
        return;
      } catch (error) {
        if (asLanekeeperError(error)?.code !== 'SERVICE_UNHEALTHY' || performance.now() >= until) throw error;
      }
      signal.throwIfAborted();
      await sleep(askAgainMs);
    }
  });
}

/** Asks the lane itself: each routed service must answer and name this bundle. @throws SERVICE_UNHEALTHY */
export async function verifyRoutes(
  promotion: StoredPromotion,
  targets: readonly { readonly service: string; readonly port: number }[],
  services: readonly AliasService[],
): Promise<void> {
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
