import type { PromotionCommand } from './events.js';
import { type FinalPhase, type PromotionPhase, type PromotionMachine, timelineLength } from './state.js';

/** What an event leads to: the new state, and what to do. */
export interface Reduction {
  readonly state: PromotionMachine;
  readonly commands: readonly PromotionCommand[];
}

/** No change of phase. */
export function stay(state: PromotionMachine, commands: readonly PromotionCommand[] = []): Reduction {
  return { state, commands };
}

/** The state with one more line in its timeline; the oldest ones are dropped. */
export function note(state: PromotionMachine, now: Date, text: string): PromotionMachine {
  const timeline = [...state.timeline, { at: now.toISOString(), phase: state.phase, text }].slice(-timelineLength);
  return { ...state, timeline };
}

/** A change of phase, recorded before what follows it is done. */
export function move(
  state: PromotionMachine,
  to: PromotionPhase,
  reason: string,
  now: Date,
  then: readonly PromotionCommand[] = [],
): Reduction {
  const moved = note({ ...state, phase: to, reason }, now, reason);
  return { state: moved, commands: [{ type: 'record', from: state.phase, to, reason }, ...then] };
}

/** The end of the promotion. A verdict is attested; an abort is not a verdict on the bundle. */
export function end(state: PromotionMachine, phase: FinalPhase, reason: string, now: Date): Reduction {
  const attested = phase === 'FAILED' || phase === 'REJECTED';
  const { state: ended, commands } = move(
    withoutWaits(state),
    phase,
    reason,
    now,
    attested ? [{ type: 'attest', outcome: phase }] : [],
  );
  return { state: ended, commands: [{ type: 'cancel-step' }, ...commands] };
}

/** Begins to undo the switch; the promotion ends when that is done. */
export function startEnding(
  state: PromotionMachine,
  phase: 'ABORTED' | 'FAILED',
  reason: string,
  now: Date,
): Reduction {
  const { giveUpAt: _none, ...rest } = state;
  const next = note({ ...rest, ending: { phase, reason } }, now, `${reason}; the lane goes back to what was live`);
  return { state: next, commands: [{ type: 'cancel-step' }, { type: 'run-step', step: 'revert' }] };
}

/** The state of a promotion that no longer holds the lane. */
export function withoutLane(state: PromotionMachine): PromotionMachine {
  const { fencingToken: _none, ...rest } = state;
  return rest;
}

function withoutWaits(state: PromotionMachine): PromotionMachine {
  const { recheckAt: _recheck, giveUpAt: _giveUp, ending: _ending, ...rest } = state;
  return rest;
}
