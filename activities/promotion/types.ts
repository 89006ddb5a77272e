import type { Digest } from '../../core/digest.js';
import type { DecisionOutcome, GateRound } from '../../core/promotion/events.js';
import type { FinalPhase, PromotionIdentity, PromotionPhase } from '../../core/promotion/state.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind } from '../../core/promotion/state.js';

/** Identifies one promotion to an activity. */
export interface PromotionRef {
  readonly tenant: string;
  readonly promotionId: string;
}

/** Steps that only use the database or compute; local activities of at most two seconds. */
export interface PromotionControlActivities {
  /**
   * Checks the input against the database, pins the policy snapshot and opens the record. Nothing is left behind when
   * it throws.
   *
   * @throws UNKNOWN_PRODUCT, UNKNOWN_BUNDLE, BUNDLE_CORRUPT, NOTHING_TO_ROLL_BACK, PERMISSION_DENIED, SIGNATURE_INVALID
   * and the refusals of decisions
   */
  openPromotion(input: {
    readonly tenant: string;
    readonly product: string;
    readonly lane: Lane;
    readonly bundle: Digest;
    readonly kind: PromotionKind;
    readonly request?: unknown;
    readonly promotionId: string;
    readonly workflowId: string;
  }): Promise<PromotionIdentity>;

  /** Runs one round of gates. With a fencing token, also reports whether the lane is still held. */
  evaluateGates(
    input: PromotionRef & { readonly round: number; readonly fencingToken?: number },
  ): Promise<{ readonly round: GateRound; readonly holdsLane: boolean }>;

  /**
   * Records a change of phase.
   *
   * @returns false when only the lane's holder may enter the phase and the lane is no longer held
   */
  recordTransition(
    input: PromotionRef & {
      readonly to: PromotionPhase;
      readonly reason: string;
      readonly error?: unknown;
      readonly fencingToken?: number;
    },
  ): Promise<boolean>;

  /** Verifies a signed statement, records it as evidence, or records why it was refused. */
  registerDecision(
    input: PromotionRef & {
      readonly phase: PromotionPhase;
      readonly statement: unknown;
      readonly frontDoor: 'UPDATE' | 'SIGNAL' | 'START';
      readonly expectedVerb?: string;
    },
  ): Promise<DecisionOutcome>;
}

/** Control work that takes longer or leaves the machine. */
export interface PromotionGuardActivities {
  /** Reads every blob of the bundle again. @throws BLOB_MISSING, BLOB_CORRUPT, BUNDLE_CORRUPT */
  guardBundle(input: PromotionRef): Promise<void>;
  /** Starts the canonical run of this input or joins it. */
  handOver(input: {
    readonly workflowId: string;
    readonly workflowType: string;
    readonly input: unknown;
  }): Promise<{ readonly runId: string; readonly joined: boolean }>;
}

/** Statements about a promotion, signed with the verification key. */
export interface AttestActivities {
  /** Signs the SLSA Verification Summary of a lane decision. */
  attestVerification(
    input: PromotionRef & { readonly outcome: 'LIVE' | FinalPhase; readonly at: string },
  ): Promise<string>;
  /** Signs the record of the promotion itself. */
  attestPromotion(
    input: PromotionRef & { readonly outcome: 'LIVE' | FinalPhase; readonly at: string },
  ): Promise<string>;
}
