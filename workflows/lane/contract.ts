import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Lane } from '../../core/lanes.js';

/** Type name of the workflow. */
export const laneWorkflowType = 'lane';

/** Input of the `lane` workflow: one long-lived entity for each lane of each product. */
export interface LaneInput {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
}

/** Who holds the lane, as the workflow last read it. */
export interface LaneHolder {
  readonly promotionId: string;
  readonly workflowId: string;
  readonly fencingToken: number;
}

/** A hint of the dispatcher: a promotion of this lane has changed. The workflow reads the queue from PostgreSQL. */
export const laneChangedSignal = defineSignal('changed');
/** Who holds the lane. */
export const laneHolderQuery = defineQuery<LaneHolder | null>('holder');
