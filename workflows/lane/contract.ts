import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LaneHolder } from '../../activities/lane/types.js';
import type { Lane } from '../../core/lanes.js';
import { changedSignalName, workflowTypes } from '../../temporal-config/names.js';

/** Type name of the workflow. */
export const laneWorkflowType = workflowTypes.lane;

/** Input of the `lane` workflow: one long-lived entity for each lane of each product. */
export interface LaneInput {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
}

/** A hint: somebody waits for this lane, or holds it now. It carries nothing; the run asks PostgreSQL. */
export const laneChangedSignal = defineSignal(changedSignalName);
/** Who holds the lane while others wait for it; null while nobody waits. */
export const laneHolderQuery = defineQuery<LaneHolder | null>('holder');
