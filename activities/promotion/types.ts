import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type {
  GateVerdict,
  GateNotice,
  LaneStep,
  PromotionKind,
  PromotionPhase,
  Step,
  StepError,
  TimelineEntry,
} from '../../core/promotion/state.js';
import type { Standing } from '../../core/promotion/standing.js';
import type { Purpose } from '../../core/release/purpose.js';
import type { HandOverActivities } from '../hand-over.js';

/** Identifies one promotion to an activity, by the id of its record. */
export interface PromotionRef {
  readonly tenant: string;
  readonly promotionId: string;
}

/** What a run has seen already, so that an answer need not repeat it. It decides nothing. */
export interface Seen {
  /** Number of the newest round of gates. */
  readonly round: number;
  /** Id of the newest event. */
  readonly event: number;
}

/** What a run has seen that has just begun. */
export const nothingSeen: Seen = { round: 0, event: 0 };

/**
 * Why a promotion is looked at. Each is a reason to look, never a fact: what follows is decided by rows, and a statement
 * by its signature.
 */
export type Stimulus =
  /** Something about it has changed. */
  | { readonly type: 'woken' }
  /** An instant has come at which time alone can change something. */
  | { readonly type: 'time' }
  /** Somebody has sent a signed statement. */
  | {
      readonly type: 'statement';
      readonly statement: unknown;
      readonly frontDoor: 'UPDATE' | 'SIGNAL';
    }
  /**
   * The activity of a step has ended. Its result is what it recorded; without one it timed out, its worker was lost, or
   * somebody else completed it.
   */
  | {
      readonly type: 'step-ended';
      /** The first one that it was to perform; those that follow it are meant too, unless it was `alone`. */
      readonly step: LaneStep;
      readonly attempt: number;
      readonly alone?: boolean;
      readonly error?: { readonly code: string; readonly message: string };
    };

/** A promotion that holds a lane. */
export interface LaneOwner {
  readonly promotionId: string;
  readonly workflowId: string;
}

/** What became of a statement. */
export interface DecisionOutcome {
  readonly accepted: boolean;
  /** Why it does not count, as a code of docs/errors.md. */
  readonly code?: string;
  readonly text: string;
}

/**
 * Where a promotion stands, and what is owed: a function of rows. Asking again gives the same, but for what the run has
 * seen.
 */
export interface Answer {
  readonly promotionId: string;
  readonly phase: PromotionPhase;
  /** While it is LIVE. */
  readonly standing?: Standing;
  readonly reason: string;
  readonly policyDigest: Digest;
  /** The attempt that the owed steps belong to. */
  readonly attempt: number;
  readonly owed: readonly Step[];
  /** RFC 3339: when to look again, because time alone can change something then. */
  readonly lookAgainAt?: string;
  readonly error?: StepError;
  /** RFC 3339: when it entered the phase, if the run has not seen that. */
  readonly since?: string;
  /** The promotion that has the lane for which this one waits. */
  readonly holder?: LaneOwner;
  /** The workflow id of the release that made the bundle, for a run that has seen nothing, or when other gates are pinned. */
  readonly release?: string;
  /** What the bundle is promoted for, then. */
  readonly purpose?: Purpose;
  /** The newest round and event that it is about. */
  readonly at: Seen;
  /** The verdicts of the newest round, if the run has not seen them. */
  readonly gates?: readonly GateVerdict[];
  /** What else that round said, if the run has not seen it. */
  readonly notices?: readonly GateNotice[];
  /** The newest events that the run has not seen, oldest first. */
  readonly events: readonly TimelineEntry[];
  /** What became of the statement that was the stimulus. */
  readonly outcome?: DecisionOutcome;
}

/** What only uses the database or computes; local activities of at most two seconds. */
export interface PromotionControlActivities {
  /**
   * Finds the record of the run that calls, or opens one, and moves it as far as it goes. Nothing is left behind when
   * it throws, except that the nonce of a signed request is used up.
   *
   * @throws UNKNOWN_PRODUCT, UNKNOWN_BUNDLE, BUNDLE_CORRUPT, NOTHING_TO_ROLL_BACK, BUNDLE_RECALLED, LANE_CLOSED,
   * PERMISSION_DENIED, SIGNATURE_INVALID and the refusals of decisions
   */
  openPromotion(input: {
    readonly tenant: string;
    readonly product: string;
    readonly lane: Lane;
    readonly bundle: Digest;
    readonly kind: PromotionKind;
    readonly request?: unknown;
    readonly firstRunId: string;
    /** The record to go on with; then no new one is opened. */
    readonly promotion?: string;
  }): Promise<Answer>;

  /** Moves a promotion as far as it goes. @throws TIMED_OUT when that takes too long for a local activity */
  advance(input: PromotionRef & { readonly stimulus: Stimulus; readonly seen: Seen }): Promise<Answer>;
}

/** Identifies one step of a promotion; the activity finds out whether it is still owed. */
export interface StepInput extends PromotionRef {
  readonly attempt: number;
}

/** Control work that takes longer or leaves the machine. */
export interface PromotionGuardActivities extends HandOverActivities {
  /** The guard of runs that began before it was the first step of `moveLane`. Performs and records it. */
  guardBundle(input: StepInput): Promise<void>;
}

/** Statements about a promotion, signed with the verification key. */
export interface AttestActivities {
  /**
   * Signs the SLSA Verification Summary of the lane's decision, and the record of the promotion itself, both made from
   * rows.
   */
  attestPromotion(input: PromotionRef): Promise<void>;
}
