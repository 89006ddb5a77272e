import type { FinalPhase, GateVerdict, PromotionIdentity, PromotionPhase, Step, StepError } from './state.js';

/** The result of a round of gates, all evaluated together. */
export interface GateRound {
  readonly round: number;
  readonly verdicts: readonly GateVerdict[];
  /** PASS: no blocking gate is open. APPROVALS: only people's approvals are missing. OPEN: anything else. */
  readonly outcome: 'PASS' | 'APPROVALS' | 'OPEN';
  readonly reason: string;
  readonly recheckAt?: string;
}

/** What a verified and recorded decision means for the machine. */
export interface DecisionOutcome {
  readonly accepted: boolean;
  readonly verb: 'request' | 'approve' | 'reject' | 'request-changes' | 'rollback' | 'abort' | 'retry' | 'unknown';
  readonly principal: string;
  readonly text: string;
}

/** Everything that can happen to a promotion. */
export type PromotionEvent =
  | { readonly type: 'opened'; readonly identity: PromotionIdentity }
  | { readonly type: 'changed' }
  | { readonly type: 'recheck-due' }
  | { readonly type: 'give-up-due' }
  | { readonly type: 'gates-evaluated'; readonly round: GateRound }
  | { readonly type: 'decided'; readonly decision: DecisionOutcome }
  | { readonly type: 'lane-granted'; readonly fencingToken: number }
  | { readonly type: 'lane-lost' }
  | { readonly type: 'step-done'; readonly step: Step }
  | {
      readonly type: 'step-failed';
      readonly step: Step;
      readonly error: StepError;
      readonly kind: 'verdict' | 'trouble';
    }
  | { readonly type: 'superseded'; readonly by: string; readonly how: 'SUPERSEDED' | 'ROLLED_BACK' }
  | { readonly type: 'cancelled' };

/** What the workflow must do next. The commands of one reduction are carried out in order. */
export type PromotionCommand =
  | { readonly type: 'record'; readonly from: PromotionPhase; readonly to: PromotionPhase; readonly reason: string }
  | { readonly type: 'evaluate-gates' }
  | { readonly type: 'run-step'; readonly step: Step }
  | { readonly type: 'cancel-step' }
  | { readonly type: 'attest'; readonly outcome: 'LIVE' | FinalPhase };
