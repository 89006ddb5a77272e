import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type {
  GateNotice,
  GateVerdict,
  PromotionKind,
  PromotionPhase,
  StepError,
  TimelineEntry,
} from '../../core/promotion/state.js';
import type { Standing } from '../../core/promotion/standing.js';
import { changedSignalName, workflowTypes } from '../../temporal-config/names.js';

/** Type name of the workflow. Public: `temporal workflow start --type promotion`. */
export const promotionWorkflowType = workflowTypes.promotion;

/**
 * Input of the `promotion` workflow, the documented JSON of the Temporal front door (docs/temporal-front-door.md).
 * Checked before anything else; wrong input fails the run with INVALID_INPUT and leaves no rows.
 */
export interface PromotionInput {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
  /** `sha256:<hex>` of the sealed bundle. */
  readonly bundle: Digest;
  /** PROMOTION if absent. */
  readonly kind?: PromotionKind;
  /**
   * The signed request: a Sigstore bundle with a decision statement of verb `request` or `rollback`. Without it the
   * requester is unknown.
   */
  readonly request?: unknown;
  /** The id of a promotion to go on with, whose run has ended: then no new one is opened. The reconciler sets it. */
  readonly promotion?: string;
}

/** Where a promotion stands when its record is open, and how a run of the workflow ended. */
export interface PromotionResult {
  readonly promotionId: string;
  readonly state: PromotionPhase;
  readonly reason: string;
  /** Set when the run was started under another id and handed over; then there is no promotion of its own. */
  readonly handedOverTo?: { readonly workflowId: string; readonly runId: string; readonly joined: boolean };
}

/** A signed decision: a Sigstore bundle (JSON) around a decision statement. */
export interface DecisionMessage {
  readonly statement: unknown;
}

/** What became of a decision. */
export interface DecisionReply {
  readonly accepted: boolean;
  /** Why it does not count, as a code of docs/errors.md. */
  readonly code?: string;
  readonly text: string;
  readonly state: PromotionPhase;
  readonly reason: string;
}

/** The answer to the query `status`. */
export interface PromotionStatus {
  readonly promotionId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  readonly state: PromotionPhase;
  /** While it is LIVE: SOUND, or AT_RISK when something that it relied on counts no more. */
  readonly standing?: Standing;
  readonly reason: string;
  readonly policyDigest: Digest;
  readonly openGates: readonly GateVerdict[];
  /** What is said about it besides its gates. */
  readonly notices: readonly GateNotice[];
  readonly recheckAt?: string;
  readonly error?: StepError;
  /** Signals with something else in them than is expected, or more than one run takes. That was ignored. */
  readonly ignoredMessages: number;
}

/**
 * Returns once the record of the promotion is open, or fails with why it is not: sent with the start, it makes starting one
 * round trip. It takes nothing.
 */
export const openedUpdate = defineUpdate<PromotionResult>('opened');
/** Takes any signed decision about this promotion; its verb is in the statement. The caller receives the outcome. */
export const decideUpdate = defineUpdate<DecisionReply, [DecisionMessage]>('decide');
/** Ends a promotion that is not live. The statement's verb is `abort`. */
export const abortUpdate = defineUpdate<DecisionReply, [DecisionMessage]>('abort');
/** Retries an ERRORED promotion. The statement's verb is `retry`. */
export const retryUpdate = defineUpdate<DecisionReply, [DecisionMessage]>('retry');
/**
 * The same decision as a signal, from the Temporal UI or command line. Takes the same path; the outcome shows in
 * the timeline.
 */
export const decisionSignal = defineSignal<[unknown]>('decision');
/** A hint: something about this promotion has changed. It carries nothing; the run asks PostgreSQL what. */
export const changedSignal = defineSignal(changedSignalName);
/** Where the promotion stands, as the run last read it. */
export const statusQuery = defineQuery<PromotionStatus>('status');
/** The verdicts of the last round. */
export const gatesQuery = defineQuery<readonly GateVerdict[]>('gates');
/** The last 50 entries. PostgreSQL keeps every method event; `lane watch` prints them. */
export const timelineQuery = defineQuery<readonly TimelineEntry[]>('timeline');
