import type { Lane } from '../../core/lanes.js';
import type { LaneStep } from '../../core/promotion/state.js';
import type { StepInput } from '../promotion/types.js';

/** Identifies a lane to an activity. */
export interface LaneRef {
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

/** Who holds a lane, and how many wait for it. */
export interface LaneContention {
  readonly holder: LaneHolder | null;
  readonly queued: readonly string[];
  /** The first of those that wait, for people. Absent in what old runs remember. */
  readonly waiting?: readonly WaitingForLane[];
}

/** Who waits for a lane, and since when. */
export interface WaitingForLane {
  readonly promotionId: string;
  readonly workflowId: string;
  /** RFC 3339. */
  readonly since: string;
}

/** What the `lane` workflow needs from outside. It watches; who holds the lane is decided by the rows of promotions. */
export interface LaneActivities {
  /** Reads who holds the lane and who waits for it. */
  readLane(input: LaneRef): Promise<LaneContention>;
  /** Returns when the run of the lane's holder has ended, or somebody else holds it. */
  awaitHolderClose(input: LaneRef): Promise<void>;
  /** Looks whether the run of the lane's holder has ended, and if so, does what follows from that. */
  settleHolder(input: LaneRef): Promise<void>;
}

/** The lane target. */
export interface DeployActivities {
  /**
   * Performs a step that moves the lane, and the ones that follow in the same attempt: `guard` reads every blob of the
   * bundle again, `deploy` switches the lane and waits until the router serves the bundle, `verify` asks the lane itself;
   * `revert` points it back to what is live. Each is recorded when it has ended. BLOB_MISSING, BLOB_CORRUPT,
   * BUNDLE_CORRUPT and SERVICE_UNHEALTHY are verdicts.
   */
  moveLane(input: StepInput & { readonly step: LaneStep }): Promise<void>;
}
