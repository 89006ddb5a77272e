import {
  condition,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Answer } from '../activities/promotion/types.js';
import { searchAttributes } from '../temporal-config/search-attributes.js';
import { deployStep, moveStep, signStep } from '../workflows/activity-options.js';
import { Opening } from '../workflows/opening.js';
import {
  changedSignal,
  openedUpdate,
  type PromotionInput,
  type PromotionResult,
} from '../workflows/promotion/contract.js';
import type { BareActivities } from './trivial-activities.js';

const { bareOpen, bareAdvance } = proxyLocalActivities<BareActivities>(moveStep);
const { bareMove } = proxyActivities<BareActivities>(deployStep);
const { bareAttest } = proxyActivities<BareActivities>(signStep);

/**
 * The comparator: what a promotion does on Temporal, in a straight line. It has the same local and normal activities
 * with the same options, the same signal and the same search attributes, so the same events, but no state machine, no
 * inbox, no PostgreSQL, no dispatcher and no lane.
 */
export async function bare(input: PromotionInput): Promise<{ readonly promotionId: string }> {
  const opening = new Opening<PromotionResult>();
  setHandler(openedUpdate, () => opening.answer());
  patched('one-activity-takes-the-lane');
  let changed = false;
  setHandler(changedSignal, () => {
    changed = true;
  });
  const { workflowId, firstExecutionRunId: promotionId } = workflowInfo();
  const { tenant, product, lane, bundle } = input;
  const seen = { round: 1, event: 3 };
  const ref = { tenant, promotionId, workflowId, product, attempt: 1, seen };
  const opened = await bareOpen({ ...input, kind: 'PROMOTION', firstRunId: promotionId });
  opening.opened(() => ({ promotionId, state: opened.phase, reason: opened.reason }));
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: tenant },
    { key: searchAttributes.product, value: product },
    { key: searchAttributes.bundle, value: bundle },
    { key: searchAttributes.lane, value: lane },
    { key: searchAttributes.policy, value: opened.policyDigest },
    { key: searchAttributes.state, value: opened.phase },
  ]);
  const ended = (step: string) => ({ ...ref, stimulus: { type: 'step-ended', step, attempt: 1 } });
  const show = ({ phase }: Answer) => upsertSearchAttributes([{ key: searchAttributes.state, value: phase }]);
  await bareMove({ ...ref, step: 'guard' });
  show(await bareAdvance(ended('guard')));
  await bareAttest(ref);
  await bareAdvance({ ...ref, stimulus: { type: 'time' } });
  await condition(() => changed);
  show(await bareAdvance({ ...ref, stimulus: { type: 'woken' } }));
  return { promotionId };
}
