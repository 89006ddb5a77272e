import type { Notice } from '../policy/notice.js';
import type { Severity, Verdict } from '../policy/verdict.js';

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

/** The phases in which a promotion waits for its gates. */
export const gatingPhases: readonly PromotionPhase[] = ['GATING', 'AWAITING_APPROVAL'];

/** Whether a promotion in this phase waits for its gates. */
export function isGating(phase: PromotionPhase): boolean {
  return gatingPhases.includes(phase);
}

/** The phases in which a promotion takes its lane, each for as long as one step. */
export const movingPhases: readonly PromotionPhase[] = ['GUARDING', 'DEPLOYING', 'VERIFYING'];

/**
 * The kinds of promotion: same machine, other gates. A rollback is one of the previous bundle, and first in the queue. A
 * hotfix is one of a bundle that cannot wait: second in the queue, and passed by holds and windows unless they name it.
 */
export const promotionKinds = ['PROMOTION', 'HOTFIX', 'ROLLBACK'] as const;

/** One of the kinds. */
export type PromotionKind = (typeof promotionKinds)[number];

/** What a promotion is called by its kind, `hotfix` or `rollback`; empty for an ordinary one. */
export function specialKind(kind: string | undefined): '' | 'hotfix' | 'rollback' {
  return kind === 'HOTFIX' ? 'hotfix' : kind === 'ROLLBACK' ? 'rollback' : '';
}

/** A lane with what goes into it: `gold`, `gold, hotfix`. */
export function laneAndKind(lane: string, kind: string): string {
  return [lane, specialKind(kind)].filter((part) => part !== '').join(', ');
}

/** The steps that take a lane, in their order. One activity performs them. */
export const takingSteps = ['guard', 'deploy', 'verify'] as const;

/** One of them. */
export type TakingStep = (typeof takingSteps)[number];

/** The steps that move a lane or prepare that. Each is recorded once for each attempt. */
export const laneSteps = [...takingSteps, 'revert'] as const;

/** One of the steps. */
export type LaneStep = (typeof laneSteps)[number];

/** The steps that one activity performs, if it begins with this one. */
export function stepsFrom(step: LaneStep): readonly LaneStep[] {
  return step === 'revert' ? [step] : takingSteps.slice(takingSteps.indexOf(step));
}

/** Everything that is done outside of the database. `attest` belongs to no attempt. */
export type Step = LaneStep | 'attest';

/** Technical trouble or a verdict, in the plain form of a `LanekeeperError`. */
export interface StepError {
  readonly step: string;
  readonly code: string;
  readonly message: string;
  readonly next?: string;
}

/** How a step ended. REFUSED is a verdict; TROUBLE is technical, after its attempts ran out. */
export type StepResult =
  { readonly outcome: 'DONE' } | { readonly outcome: 'REFUSED' | 'TROUBLE'; readonly error: StepError };

/** How a promotion that has switched will end once the lane is back at what was live. */
export interface Ending {
  readonly phase: 'ABORTED' | 'FAILED';
  readonly reason: string;
}

/** One line of the timeline. */
export interface TimelineEntry {
  /** Of its method event. */
  readonly id: number;
  /** RFC 3339. */
  readonly at: string;
  readonly text: string;
}

/** The outcome of one gate as the workflow shows it. Everything else about it is in PostgreSQL. */
export interface GateVerdict {
  readonly gate: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly explanation: string;
  readonly next?: string;
  /** RFC 3339: since when each round has had this verdict. Absent in what old runs remember. */
  readonly since?: string;
}

/** A notice as the workflow shows it. */
export type GateNotice = Omit<Notice, 'reliedOn'>;

/** How many timeline entries the workflow shows. PostgreSQL keeps every method event. */
export const timelineLength = 50;
