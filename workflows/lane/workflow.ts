import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { LaneActivities, LaneHolder } from '../../activities/lane/types.js';
import { Doorbell } from '../../core/doorbell.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { databaseStep, watchStep } from '../activity-options.js';
import { laneChangedSignal, laneHolderQuery, type LaneInput } from './contract.js';
import { parseLaneInput } from './input.js';

const { settleLane } = proxyLocalActivities<Pick<LaneActivities, 'settleLane'>>(databaseStep);
const { awaitHolderClose } = proxyActivities<Pick<LaneActivities, 'awaitHolderClose'>>(watchStep);

/**
 * One lane of one product, forever: decides who may deploy. PostgreSQL holds the queue; this run serializes the grants,
 * and watches the holder's run so that one that was cancelled, terminated or timed out frees the lane.
 */
export async function lane(rawInput: unknown): Promise<void> {
  const input: LaneInput = parseLaneInput(rawInput);
  const bell = new Doorbell(true);
  let closed: string | undefined;
  let holder: LaneHolder | null = null;
  let watch: { readonly promotionId: string; readonly scope: CancellationScope } | undefined;
  setHandler(laneChangedSignal, () => {
    bell.ring();
  });
  setHandler(laneHolderQuery, () => holder);
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: input.tenant },
    { key: searchAttributes.product, value: input.product },
    { key: searchAttributes.lane, value: input.lane },
  ]);

  const watchHolder = (held: LaneHolder) => {
    const scope = new CancellationScope();
    watch = { promotionId: held.promotionId, scope };
    void scope
      .run(() => awaitHolderClose({ workflowId: held.workflowId, promotionId: held.promotionId }))
      .then(
        () => {
          closed = held.promotionId;
        },
        (error: unknown) => {
          // A watch that broke is restarted by the next iteration; one that was cancelled is no longer needed.
          if (!isCancellation(error) && !(error instanceof ActivityFailure)) throw error;
          if (watch?.promotionId === held.promotionId) watch = undefined;
        },
      )
      .finally(() => {
        bell.ring();
      });
  };

  for (;;) {
    await condition(() => bell.isRung());
    bell.answer();
    const seen = closed;
    holder = await settleLane({ ...input, ...(seen !== undefined && { closed: seen }) });
    if (closed === seen) closed = undefined;
    if (watch !== undefined && watch.promotionId !== holder?.promotionId) {
      watch.scope.cancel();
      watch = undefined;
    }
    if (holder !== null && watch === undefined) watchHolder(holder);
    if (workflowInfo().continueAsNewSuggested && !bell.isRung()) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof lane>(input);
    }
  }
}
