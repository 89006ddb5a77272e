import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  setWorkflowOptions,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { LaneHolder } from '../../activities/lane/types.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { databaseStep, handOverStep, watchStep } from '../activity-options.js';
import { describedActivities, describedLocalActivities } from '../described-activities.js';
import { Hints } from '../hints.js';
import { versioned } from '../versioning.js';
import { Pace } from '../pace.js';
import { laneChangedSignal, laneHolderQuery } from './contract.js';
import { laneMessages } from '../message-descriptions.js';
import { laneDetails } from './details.js';
import { parseLaneInput } from './input.js';

const { readLane } = describedLocalActivities(databaseStep);
const { awaitHolderClose } = describedActivities(watchStep);
const { settleHolder } = describedActivities(handOverStep);

// It runs for ever, and goes on with new code at its next task.
setWorkflowOptions(versioned('AUTO_UPGRADE'), lane);

/**
 * One lane of one product for which promotions wait, forever. Who holds the lane is decided by the rows of promotions, in
 * the transactions that change them; this run shows the contention, and watches the holder while others wait, so that
 * one whose run was ended frees the lane at once.
 */
export async function lane(rawInput: unknown): Promise<void> {
  const input = parseLaneInput(rawInput);
  // It keeps to the way in which it began, so that it can be replayed.
  const pace = patched('looks-are-paced-in-the-loop') ? new Pace() : undefined;
  const eachHintIsALook = pace !== undefined || patched('each-hint-is-a-look');
  let looks = 1;
  const look = () => {
    looks = eachHintIsALook ? looks + 1 : 1;
  };
  const hints = new Hints(look, eachHintIsALook);
  let holder: LaneHolder | null = null;
  setCurrentDetails(laneDetails(input, undefined));
  let watch: { readonly promotionId: string; readonly scope: CancellationScope } | undefined;
  const changed = () => {
    if (pace === undefined) hints.take();
    else look();
  };
  setHandler(laneChangedSignal, changed, laneMessages.changed);
  setHandler(laneHolderQuery, () => holder, laneMessages.holder);
  upsertSearchAttributes([
    { key: searchAttributes.tenant, value: input.tenant },
    { key: searchAttributes.product, value: input.product },
    { key: searchAttributes.lane, value: input.lane },
  ]);

  const watchHolder = (held: LaneHolder) => {
    const scope = new CancellationScope();
    watch = { promotionId: held.promotionId, scope };
    void scope
      .run(async () => {
        await awaitHolderClose(input);
        await settleHolder(input);
      })
      .catch((error: unknown) => {
        // A watch that broke is restarted by the next iteration; one that was cancelled is no longer needed.
        if (isCancellation(error)) return;
      })
      .finally(() => {
        if (watch?.scope === scope) watch = undefined;
        look();
      });
  };

  for (;;) {
    await condition(() => looks > 0 && pace?.isPausing !== true);
    looks -= 1;
    // However many there are by then: that differs in a replay.
    pace?.took(() => (looks = Math.min(looks, 1)));
    const contention = await readLane(input);
    setCurrentDetails(laneDetails(input, contention));
    holder = contention.queued.length > 0 ? contention.holder : null;
    if (watch !== undefined && watch.promotionId !== holder?.promotionId) {
      watch.scope.cancel();
      watch = undefined;
    }
    if (holder !== null && watch === undefined) watchHolder(holder);
    if (workflowInfo().continueAsNewSuggested && looks === 0) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof lane>(input);
    }
  }
}
