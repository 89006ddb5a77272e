import type { OrderVerb } from '../decision/verbs.js';
import type { RoundOutcome } from '../policy/verdict.js';
import type { Recalled, Standing, StandingFound } from './standing.js';
import type { Ending, LaneStep, PromotionKind, PromotionPhase, Step, StepError, StepResult } from './state.js';

/** A person's decision that was accepted and has not been carried out yet. */
export interface Order {
  readonly verb: OrderVerb;
  readonly principal: string;
}

/** What the database says about a promotion, in the transaction in which it may move. */
export interface Situation {
  readonly kind: PromotionKind;
  readonly phase: PromotionPhase;
  /** While it is LIVE. */
  readonly standing: Standing | undefined;
  /** Whether the alias has been, or may have been, moved to this bundle: true from DEPLOYING on. */
  readonly switched: boolean;
  /** Rises with every retry. */
  readonly attempt: number;
  readonly error: StepError | undefined;
  /** When an ERRORED promotion that has switched is reverted without a person. */
  readonly giveUpAt: Date | undefined;
  readonly ending: Ending | undefined;
  /** Whether its lane is taken with the step `guard`: by the definition that is pinned to it, and never for a rollback. */
  readonly guards: boolean;
  /** The lane's fencing token while this promotion holds the lane. */
  readonly token: number | undefined;
  /** The newest round of gates, and the hold that it was evaluated for. */
  readonly round:
    { readonly outcome: RoundOutcome; readonly reason: string; readonly token: number | undefined } | undefined;
  /** How the steps of the present attempt ended, as far as they have. */
  readonly results: Readonly<Partial<Record<LaneStep, StepResult>>>;
  /** That its bundle was called back, as a person has signed it. */
  readonly recalled?: Recalled | undefined;
  /** By when it has to have begun to deploy, if its request says so. */
  readonly notAfter?: Date | undefined;
  /** Whether what was live or decided has been attested, or needs no attestation yet. */
  readonly attested: boolean;
}

/** What has happened that the rows do not say: each is consumed by the move that it leads to. */
export interface Occasion {
  /** Whether the gates are to be evaluated, as far as the promotion waits for them. */
  readonly gates: 'settled' | 'wanted' | 'evaluated';
  readonly order?: Order;
  /** How what is live was found to stand, if that was looked at. */
  readonly standing?: StandingFound;
  /** Set when the rules are others than those by which a promotion that waits for its lane was let through. */
  readonly rulesChanged?: boolean;
  /** Set when the promotion's run was seen to have ended in Temporal. */
  readonly runEnded?: boolean;
}

/**
 * The steps that are owed: a function of rows alone, so that asking again after a lost answer, a replay or a reset gives
 * the same ones.
 */
export function owedSteps(situation: Situation): readonly Step[] {
  const owed = laneStepOwed(situation);
  return [...(owed === undefined ? [] : [owed]), ...(situation.attested ? [] : (['attest'] as const))];
}

function laneStepOwed({ phase, ending, token, results }: Situation): LaneStep | undefined {
  if (token === undefined) return undefined;
  const step = ending === undefined ? stepOf(phase) : 'revert';
  return step === undefined || results[step] !== undefined ? undefined : step;
}

/** The step that a phase consists of. */
export function stepOf(phase: PromotionPhase): Exclude<LaneStep, 'revert'> | undefined {
  switch (phase) {
    case 'GUARDING':
      return 'guard';
    case 'DEPLOYING':
      return 'deploy';
    case 'VERIFYING':
      return 'verify';
    default:
      return undefined;
  }
}
