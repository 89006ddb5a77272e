import { instantInWords } from '../instant-in-words.js';
import type { Cause } from './acts.js';
import { isGating, hasEnded, type Ending, type PromotionPhase, type StepError } from './state.js';
import { recallInWords, soundReason, type StandingFound } from './standing.js';
import { type Occasion, type Order, type Situation, stepOf } from './situation.js';

/** How long an ERRORED promotion that has switched waits for a person before it is reverted, in milliseconds. */
export const giveUpAfterMs = 15 * 60_000;

/**
 * The next thing to write. Each is carried out in the transaction that read the situation. One with a cause is an act of
 * the service itself: no person ordered it, and nothing was found out about the bundle.
 */
export type Move =
  | { readonly type: 'evaluate-gates' }
  /** What is live stands differently; its phase stays. */
  | ({ readonly type: 'stand' } & StandingFound)
  | {
      readonly type: 'enter';
      readonly phase: PromotionPhase;
      readonly reason: string;
      /** Kept with the promotion; a move without one clears it. */
      readonly error?: StepError;
      readonly giveUpAt?: Date;
      /** Whether what follows is a new attempt: steps of the old one can have no effect any more. */
      readonly nextAttempt?: true;
      readonly cause?: Cause;
    }
  /** The lane goes back to what was live; then the promotion ends. */
  | {
      readonly type: 'begin-ending';
      readonly ending: Ending;
      readonly error?: StepError;
      readonly nextAttempt?: true;
      readonly cause?: Cause;
    };

/**
 * The promotion's state machine: what follows from what the database says, until only outside work or waiting is left.
 * Pure; time is an argument.
 *
 * @returns the next move, or undefined when there is none
 */
export function nextMove(situation: Situation, occasion: Occasion, now: Date): Move | undefined {
  if (hasEnded(situation.phase)) return undefined;
  if (occasion.order !== undefined) return carryOut(occasion.order, situation);
  if (occasion.runEnded === true) return withoutRun(situation);
  if (situation.recalled !== undefined && situation.ending === undefined && situation.phase !== 'LIVE')
    return callBack(situation.switched, situation.recalled);
  if (situation.notAfter !== undefined && situation.notAfter <= now && canBeLate(situation))
    return tooLate(situation.notAfter);
  if (situation.ending !== undefined) return revert(situation, situation.ending, now);
  switch (situation.phase) {
    case 'GATING':
    case 'AWAITING_APPROVAL':
      return passGates(situation, occasion);
    case 'QUEUED':
      return takeLane(situation, occasion);
    case 'GUARDING':
    case 'DEPLOYING':
    case 'VERIFYING':
      return afterStep(situation, now);
    case 'ERRORED':
      return giveUp(situation, now);
    case 'LIVE':
      return stand(situation, occasion);
    default:
      return undefined;
  }
}

function passGates({ phase, round }: Situation, { gates }: Occasion): Move | undefined {
  // A round that passed and is not acted upon is one of an earlier attempt: what it relied on may have changed.
  if (gates !== 'evaluated')
    return gates === 'wanted' || round?.outcome === 'PASS' ? { type: 'evaluate-gates' } : undefined;
  if (round === undefined) return undefined;
  if (round.outcome === 'PASS') return { type: 'enter', phase: 'QUEUED', reason: waitsForLane() };
  const waiting = phaseOfRound(round.outcome);
  return waiting === phase ? undefined : { type: 'enter', phase: waiting, reason: round.reason };
}

/** Why a promotion is QUEUED. @param closed what closes the lane to it, in words; another promotion has it if absent */
export function waitsForLane(closed?: string): string {
  return `every gate passes; ${closed ?? 'waiting for the lane'}`;
}

function phaseOfRound(outcome: 'APPROVALS' | 'OPEN'): PromotionPhase {
  return outcome === 'APPROVALS' ? 'AWAITING_APPROVAL' : 'GATING';
}

/** The gates must pass for this very hold of the lane: what they relied on may have changed in the queue. */
function takeLane({ guards, token, round }: Situation, { gates, rulesChanged }: Occasion): Move | undefined {
  if (token === undefined)
    return rulesChanged === true ? { type: 'enter', phase: 'GATING', reason: 'the rules are others now' } : undefined;
  if (round?.token !== token) return gates === 'evaluated' ? undefined : { type: 'evaluate-gates' };
  if (round.outcome !== 'PASS') return { type: 'enter', phase: phaseOfRound(round.outcome), reason: round.reason };
  const reason = 'the lane is granted and every gate still passes';
  // Without a guard the alias is moved first. What is unpacked is hashed again by the target in any case.
  return guards
    ? { type: 'enter', phase: 'GUARDING', reason }
    : { type: 'enter', phase: 'DEPLOYING', reason: `${reason}; the alias is being moved` };
}

function afterStep(situation: Situation, now: Date): Move | undefined {
  const { phase, switched, results } = situation;
  const step = stepOf(phase);
  const result = step === undefined ? undefined : results[step];
  if (result === undefined) return undefined;
  if (result.outcome === 'TROUBLE') return trouble(switched, result.error, now);
  if (result.outcome === 'REFUSED') {
    const { message } = result.error;
    return switched
      ? { type: 'begin-ending', ending: { phase: 'FAILED', reason: message }, error: result.error }
      : { type: 'enter', phase: 'FAILED', reason: message, error: result.error };
  }
  if (phase === 'GUARDING')
    return { type: 'enter', phase: 'DEPLOYING', reason: 'the bundle is intact; the alias is being moved' };
  return phase === 'DEPLOYING'
    ? { type: 'enter', phase: 'VERIFYING', reason: 'the lane has switched; its answers are being checked' }
    : { type: 'enter', phase: 'LIVE', reason: soundReason };
}

function stand({ standing }: Situation, { standing: found }: Occasion): Move | undefined {
  return found === undefined || found.standing === standing ? undefined : { type: 'stand', ...found };
}

function trouble(switched: boolean, error: StepError, now: Date): Move {
  const giveUpAt = switched ? { giveUpAt: new Date(now.getTime() + giveUpAfterMs) } : {};
  return { type: 'enter', phase: 'ERRORED', reason: `${error.step}: ${error.message}`, error, ...giveUpAt };
}

function giveUp({ switched, giveUpAt, error }: Situation, now: Date): Move | undefined {
  if (!switched || giveUpAt === undefined || giveUpAt > now) return undefined;
  const reason = 'technical trouble was not resolved in time, so the lane goes back to what was live';
  const ending = { phase: 'FAILED', reason } as const;
  return { type: 'begin-ending', ending, cause: 'gave-up', ...(error !== undefined && { error }) };
}

/** Back to what was live, then the end. A return that fails is tried again: by a person, or when it is given up. */
function revert({ results, giveUpAt, error }: Situation, ending: Ending, now: Date): Move | undefined {
  const result = results.revert;
  if (result === undefined) return undefined;
  if (result.outcome === 'DONE')
    return {
      type: 'enter',
      phase: ending.phase,
      reason: ending.reason,
      ...(ending.phase === 'FAILED' && error !== undefined && { error }),
    };
  if (giveUpAt === undefined) return trouble(true, result.error, now);
  if (giveUpAt > now) return undefined;
  return { type: 'begin-ending', ending, error: result.error, nextAttempt: true, cause: 'gave-up' };
}

/** What a decision that was accepted changes. */
function carryOut({ verb, principal }: Order, situation: Situation): Move | undefined {
  const { phase, switched, ending, error } = situation;
  switch (verb) {
    case 'reject':
      return { type: 'enter', phase: 'REJECTED', reason: `rejected by ${principal}` };
    case 'abort':
      if (phase === 'LIVE' || ending !== undefined) return undefined;
      return leave(switched, { phase: 'ABORTED', reason: `aborted by ${principal}` });
    case 'retry':
      if (phase !== 'ERRORED') return undefined;
      if (ending !== undefined) return { type: 'begin-ending', ending, nextAttempt: true };
      if (!switched) return { type: 'enter', phase: 'GATING', reason: 'retrying from the gates', nextAttempt: true };
      return error?.step === 'verify'
        ? { type: 'enter', phase: 'VERIFYING', reason: 'retrying the verification', nextAttempt: true }
        : { type: 'enter', phase: 'DEPLOYING', reason: 'retrying the deployment', nextAttempt: true };
  }
}

/**
 * What follows when the run of a promotion ended in Temporal, which is nobody's decision: in the middle of taking the
 * lane it is over; once the lane was moved it has to go back; what waits or is live stays, and gets another run.
 */
function withoutRun({ phase, switched, ending, token }: Situation): Move | undefined {
  const aborted = { phase: 'ABORTED', reason: 'its run was ended in Temporal' } as const;
  if (phase === 'LIVE' || isGating(phase) || ending !== undefined) return undefined;
  return switched || token !== undefined ? { ...leave(switched, aborted), cause: 'run-ended' } : undefined;
}

/** A bundle that was called back goes nowhere, wherever it is on its way. */
function callBack(switched: boolean, recalled: NonNullable<Situation['recalled']>): Move {
  const reason = recallInWords(recalled);
  const error = { step: 'recall', code: 'BUNDLE_RECALLED', message: reason } as const;
  return { ...leave(switched, { phase: 'FAILED', reason }), error, cause: 'recalled' };
}

/** Only what has not begun to deploy can be too late. */
function canBeLate({ phase, switched }: Situation): boolean {
  return !switched && (isGating(phase) || phase === 'QUEUED' || phase === 'GUARDING' || phase === 'ERRORED');
}

function tooLate(notAfter: Date): Move {
  const reason = `it had not begun to deploy by ${instantInWords(notAfter)}`;
  const error = { step: 'schedule', code: 'TOO_LATE', message: reason } as const;
  return { type: 'enter', phase: 'FAILED', reason, error, cause: 'too-late' };
}

function leave(switched: boolean, ending: Ending): Extract<Move, { type: 'enter' | 'begin-ending' }> {
  return switched ? { type: 'begin-ending', ending } : { type: 'enter', ...ending };
}
