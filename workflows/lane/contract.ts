import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LaneHolder } from '../../activities/lane/types.js';
import type { Lane } from '../../core/lanes.js';

/** Type name of the workflow. */
export const laneWorkflowType = 'lane';

/** Input of the `lane` workflow: one long-lived entity for each lane of each product. */
export interface LaneInput {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
}

/** A hint from the dispatcher: a promotion of this lane has changed. The workflow reads the queue from PostgreSQL. */
export const laneChangedSignal = defineSignal('changed');
/** Who holds the lane. */
export const laneHolderQuery = defineQuery<LaneHolder | null>('holder');
