import { assertNever } from '../errors.js';
import { decided } from './decided.js';
import type { GateRound, PromotionEvent } from './events.js';
import { hasEnded, type PromotionIdentity, type PromotionMachine, type StepError } from './state.js';
import { end, withoutLane, move, note, type Reduction, startEnding, stay } from './transitions.js';

/** How long an ERRORED promotion that has switched waits for a person before it is reverted, in milliseconds. */
export const giveUpAfterMs = 15 * 60_000;

/** The state of a promotion that has just been recorded, and the first command. */
export function initialReduction(identity: PromotionIdentity, now: Date): Reduction {
  const state: PromotionMachine = {
    version: 1,
    identity,
    phase: 'GATING',
    reason: 'the gates are being evaluated',
    round: 0,
    gates: [],
    switched: false,
    attempt: 1,
    timeline: [],
  };
  return { state: note(state, now, 'requested'), commands: [{ type: 'evaluate-gates' }] };
}

/**
 * The promotion's state machine: how an event changes a state, and what is to be done. Pure; time is an argument.
 * Events that do not concern the phase change nothing, because hints may come late, twice or out of order.
 */
export function reduce(
  state: PromotionMachine,
  event: Exclude<PromotionEvent, { type: 'opened' }>,
  now: Date,
): Reduction {
  if (hasEnded(state.phase)) return stay(state);
  switch (event.type) {
    case 'changed':
    case 'recheck-due':
      return isGating(state) ? stay(state, [{ type: 'evaluate-gates' }]) : stay(state);
    case 'gates-evaluated':
      return gatesEvaluated(state, event.round, now);
    case 'decided':
      return decided(state, event.decision, now);
    case 'lane-granted':
      return laneGranted(state, event.fencingToken, now);
    case 'lane-lost':
      return laneLost(state, now);
    case 'step-done':
      return stepDone(state, event.step, now);
    case 'step-failed':
      return event.kind === 'verdict' ? stepRefused(state, event.error, now) : stepErrored(state, event.error, now);
    case 'give-up-due':
      return state.phase === 'ERRORED' && state.switched
        ? startEnding(
            state,
            'FAILED',
            'technical trouble was not resolved in time, so the lane goes back to what was live',
            now,
          )
        : stay(state);
    case 'superseded':
      return state.phase === 'LIVE' ? superseded(state, event.how, event.by, now) : stay(state);
    case 'cancelled':
      return cancelled(state, now);
    default:
      return assertNever(event);
  }
}

function isGating(state: PromotionMachine): boolean {
  return state.phase === 'GATING' || state.phase === 'AWAITING_APPROVAL';
}

function withRound(state: PromotionMachine, round: GateRound): PromotionMachine {
  const { recheckAt: _old, ...rest } = state;
  return {
    ...rest,
    round: round.round,
    gates: round.verdicts,
    ...(round.recheckAt !== undefined && { recheckAt: round.recheckAt }),
  };
}

function gatesEvaluated(before: PromotionMachine, round: GateRound, now: Date): Reduction {
  const state = withRound(before, round);
  const granted = state.phase === 'QUEUED' && state.fencingToken !== undefined;
  if (!isGating(state) && !granted) return stay(state);
  if (round.outcome !== 'PASS') {
    const to = round.outcome === 'APPROVALS' ? 'AWAITING_APPROVAL' : 'GATING';
    if (state.phase === to) return stay({ ...state, reason: round.reason });
    return move(withoutLane(state), to, round.reason, now);
  }
  if (granted) return begin(state, now);
  return move(state, 'QUEUED', 'every gate passes; waiting for the lane', now);
}

/**
 * A rollback moves the alias first: its build was checked when it went live, still runs, and is hashed again where it
 * has to be unpacked.
 */
function begin(state: PromotionMachine, now: Date): Reduction {
  const reason = 'the lane is granted and every gate still passes';
  if (state.identity.kind === 'ROLLBACK') return deploy(state, reason, now);
  return move(state, 'GUARDING', reason, now, [{ type: 'run-step', step: 'guard' }]);
}

function deploy(state: PromotionMachine, reason: string, now: Date): Reduction {
  return move({ ...state, switched: true }, 'DEPLOYING', `${reason}; the alias is being moved`, now, [
    { type: 'run-step', step: 'deploy' },
  ]);
}

function laneGranted(state: PromotionMachine, fencingToken: number, now: Date): Reduction {
  // A grant that is reported twice, or after a newer one, is stale.
  if ((state.fencingToken ?? 0) >= fencingToken) return stay(state);
  const granted = { ...state, fencingToken };
  if (state.phase === 'QUEUED') {
    return stay(note(granted, now, `lane granted with fencing token ${fencingToken}`), [{ type: 'evaluate-gates' }]);
  }
  return state.phase === 'GUARDING' ? stay(granted) : stay(state);
}

function laneLost(state: PromotionMachine, now: Date): Reduction {
  if (state.phase !== 'QUEUED' && state.phase !== 'GUARDING' && state.phase !== 'DEPLOYING') return stay(state);
  const { state: queued, commands } = move(
    withoutLane(state),
    'QUEUED',
    'the lane was given to another promotion; queued again',
    now,
  );
  return { state: { ...queued, switched: false }, commands: [{ type: 'cancel-step' }, ...commands] };
}

function stepDone(state: PromotionMachine, step: 'guard' | 'deploy' | 'verify' | 'revert', now: Date): Reduction {
  switch (step) {
    case 'guard':
      if (state.phase !== 'GUARDING') return stay(state);
      return deploy(state, 'the bundle is intact', now);
    case 'deploy':
      if (state.phase !== 'DEPLOYING') return stay(state);
      return move(state, 'VERIFYING', 'the lane has switched; its answers are being checked', now, [
        { type: 'run-step', step: 'verify' },
      ]);
    case 'verify':
      if (state.phase !== 'VERIFYING') return stay(state);
      return move(state, 'LIVE', 'the lane serves this bundle', now, [{ type: 'attest', outcome: 'LIVE' }]);
    case 'revert':
      return state.ending === undefined
        ? stay(state)
        : end({ ...state, switched: false }, state.ending.phase, state.ending.reason, now);
    default:
      return assertNever(step);
  }
}

function stepRefused(before: PromotionMachine, error: StepError, now: Date): Reduction {
  const state = { ...before, error };
  if (error.step === 'revert') return stepErrored(before, error, now);
  return state.switched ? startEnding(state, 'FAILED', error.message, now) : end(state, 'FAILED', error.message, now);
}

function stepErrored(before: PromotionMachine, error: StepError, now: Date): Reduction {
  const state = before.switched
    ? { ...before, error, giveUpAt: new Date(now.getTime() + giveUpAfterMs).toISOString() }
    : { ...withoutLane(before), error };
  return move(state, 'ERRORED', `${error.step}: ${error.message}`, now);
}

function superseded(state: PromotionMachine, how: 'SUPERSEDED' | 'ROLLED_BACK', by: string, now: Date): Reduction {
  const reason = how === 'SUPERSEDED' ? `superseded by promotion ${by}` : `rolled back by promotion ${by}`;
  // PostgreSQL was updated in the transaction that made the other bundle live; only the run has to end.
  return stay(note({ ...state, phase: how, reason }, now, reason));
}

function cancelled(state: PromotionMachine, now: Date): Reduction {
  if (state.phase === 'LIVE')
    return stay(note(state, now, 'a cancellation was ignored: this bundle is live; use lane rollback'));
  if (state.ending !== undefined) return stay(state);
  const reason = 'cancelled in Temporal';
  return state.switched ? startEnding(state, 'ABORTED', reason, now) : end(state, 'ABORTED', reason, now);
}
