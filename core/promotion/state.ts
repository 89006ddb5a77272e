import type { Digest } from '../digest.js';
import type { Lane } from '../lanes.js';

/** Where a promotion stands. The second group is final. */
export type PromotionPhase =
  | 'REQUESTED'
  | 'GATING'
  | 'AWAITING_APPROVAL'
  | 'QUEUED'
  | 'GUARDING'
  | 'DEPLOYING'
  | 'VERIFYING'
  | 'LIVE'
  | 'ERRORED'
  | FinalPhase;

/** How a promotion can end. FAILED is a verdict; technical trouble is ERRORED, which is not an end. */
export type FinalPhase = 'SUPERSEDED' | 'ROLLED_BACK' | 'REJECTED' | 'ABORTED' | 'FAILED';

const finalPhases: readonly PromotionPhase[] = ['SUPERSEDED', 'ROLLED_BACK', 'REJECTED', 'ABORTED', 'FAILED'];

/** Whether a promotion in this phase has ended. */
export function hasEnded(phase: PromotionPhase): phase is FinalPhase {
  return finalPhases.includes(phase);
}

/** A rollback is a promotion of the previous bundle: same machine, other gates, head of the queue. */
export type PromotionKind = 'PROMOTION' | 'ROLLBACK';

/** What a promotion is about. Fixed when it is opened. */
export interface PromotionIdentity {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  /** First run id of the workflow. */
  readonly promotionId: string;
  readonly policyDigest: Digest;
}

/** The effects that leave the workflow, in order. Each has an idempotency key made of run, step and attempt. */
export type Step = 'guard' | 'deploy' | 'verify' | 'revert';

/** One line of the timeline that the query returns. */
export interface TimelineEntry {
  /** RFC 3339. */
  readonly at: string;
  readonly phase: PromotionPhase;
  readonly text: string;
}

/** Technical trouble or a verdict, in the plain form of a `LanekeeperError`. */
export interface StepError {
  readonly step: string;
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

/** The outcome of one gate as the workflow keeps it. Everything else about it is in PostgreSQL. */
export interface GateVerdict {
  readonly gate: string;
  readonly verdict: 'PASS' | 'FAIL' | 'PENDING' | 'NOT_APPLICABLE' | 'ERROR';
  readonly severity: 'BLOCKING' | 'ADVISORY';
  readonly explanation: string;
  readonly next?: string;
}

/** The state of the machine. `version` is that of the form that continue-as-new carries over. */
export interface PromotionMachine {
  readonly version: 1;
  readonly identity: PromotionIdentity;
  readonly phase: PromotionPhase;
  readonly reason: string;
  readonly round: number;
  readonly gates: readonly GateVerdict[];
  /** RFC 3339: when a verdict can change merely because time passes. */
  readonly recheckAt?: string;
  readonly fencingToken?: number;
  /** Whether the alias has been, or may have been, moved to this bundle: true from DEPLOYING on. */
  readonly switched: boolean;
  /** Rises with every retry; part of the idempotency keys. */
  readonly attempt: number;
  readonly error?: StepError;
  /** RFC 3339: when an ERRORED promotion that has switched is reverted automatically. */
  readonly giveUpAt?: string;
  /** Set while the last effect before the end is running, so that it is known how the promotion will end. */
  readonly ending?: { readonly phase: 'ABORTED' | 'FAILED'; readonly reason: string };
  readonly timeline: readonly TimelineEntry[];
}

/** How many timeline entries the workflow keeps. PostgreSQL keeps every method event. */
export const timelineLength = 50;
