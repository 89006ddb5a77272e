import {
  condition,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { DeployActivities } from '../activities/lane/types.js';
import type { AttestActivities, PromotionGuardActivities } from '../activities/promotion/types.js';
import type { PromotionPhase } from '../core/promotion/state.js';
import { searchAttributes } from '../temporal-config/search-attributes.js';
import { databaseStep, deployStep, guardStep, signStep } from '../workflows/activity-options.js';
import { laneGrantedSignal, type PromotionInput, supersededSignal } from '../workflows/promotion/contract.js';
import type { BareActivities } from './trivial-activities.js';

const { bareOpen, bareRound, bareRecord } = proxyLocalActivities<BareActivities>(databaseStep);
const { guardBundle } = proxyActivities<Pick<PromotionGuardActivities, 'guardBundle'>>(guardStep);
const { deployBundle, verifyLane } = proxyActivities<DeployActivities>(deployStep);
const { attestVerification, attestPromotion } = proxyActivities<AttestActivities>(signStep);

/**
 * The comparator: what a promotion does on Temporal, in a straight line. It has the same local and normal activities
 * with the same options, the same signals and the same search attributes, so the same events, but no state machine, no
 * inbox, no PostgreSQL, no dispatcher and no lane.
 */
export async function bare(input: PromotionInput): Promise<{ readonly promotionId: string }> {
  let granted = false;
  let superseded = false;
  setHandler(laneGrantedSignal, () => {
    granted = true;
  });
  setHandler(supersededSignal, () => {
    superseded = true;
  });
  const { workflowId, firstExecutionRunId: promotionId } = workflowInfo();
  const { tenant, product, lane, bundle } = input;
  const ref = { tenant, promotionId };
  const { policyDigest } = await bareOpen({ ...input, kind: 'PROMOTION', promotionId, workflowId });
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: tenant },
    { key: searchAttributes.product, value: product },
    { key: searchAttributes.bundle, value: bundle },
    { key: searchAttributes.lane, value: lane },
    { key: searchAttributes.policy, value: policyDigest },
    { key: searchAttributes.state, value: 'GATING' },
  ]);
  const record = async (to: PromotionPhase) => {
    await bareRecord({ ...ref, product, workflowId, to, reason: 'a reason about as long as those of a promotion' });
    upsertSearchAttributes([{ key: searchAttributes.state, value: to }]);
  };
  const fencing = { fencingToken: 1, idempotencyKey: `${promotionId}/deploy/1` };

  await bareRound({ ...ref, round: 1 });
  await record('QUEUED');
  await condition(() => granted);
  await bareRound({ ...ref, round: 2, fencingToken: 1 });
  await record('GUARDING');
  await guardBundle(ref);
  await record('DEPLOYING');
  await deployBundle({ ...ref, ...fencing });
  await record('VERIFYING');
  await verifyLane(ref);
  await record('LIVE');
  const attested = { ...ref, outcome: 'LIVE', at: new Date().toISOString() } as const;
  await Promise.all([attestVerification(attested), attestPromotion(attested)]);
  await condition(() => superseded);
  return { promotionId };
}
