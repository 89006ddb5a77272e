import type { Lane } from '../../core/lanes.js';

/** Who holds the lane, as the workflow last read it. */
export interface LaneHolder {
  readonly promotionId: string;
  readonly workflowId: string;
  readonly fencingToken: number;
}

/** What the `lane` workflow needs from outside. */
export interface LaneActivities {
  /**
   * Brings the lane up to date with its promotions: frees, preempts, grants. `closed` names a holder whose run has been
   * seen to end.
   */
  settleLane(input: {
    readonly tenant: string;
    readonly product: string;
    readonly lane: Lane;
    readonly closed?: string;
  }): Promise<LaneHolder | null>;
  /** Returns when the run with this id has closed, however it ended. */
  awaitHolderClose(input: { readonly workflowId: string; readonly promotionId: string }): Promise<void>;
}
