import type { Lane } from '../../core/lanes.js';
import type { PromotionRef } from '../promotion/types.js';

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

/** The lane target. Each call that changes it carries its fencing token and its idempotency key. */
export interface DeployActivities {
  /** Switches the lane and returns once the router serves the bundle. @throws SERVICE_UNHEALTHY, STALE_FENCING_TOKEN */
  deployBundle(input: PromotionRef & { readonly fencingToken: number; readonly idempotencyKey: string }): Promise<void>;
  /** Asks the lane itself: each routed service must answer and name this bundle. @throws SERVICE_UNHEALTHY */
  verifyLane(input: PromotionRef): Promise<void>;
  /** Points the lane back to what is live and returns once the router serves that. */
  revertLane(input: PromotionRef & { readonly fencingToken: number; readonly idempotencyKey: string }): Promise<void>;
}
