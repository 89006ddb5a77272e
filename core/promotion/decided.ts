import { assertNever } from '../errors.js';
import type { DecisionOutcome } from './events.js';
import type { PromotionMachine } from './state.js';
import { end, move, note, type Reduction, startEnding, stay } from './transitions.js';

/** What a person's verified statement changes. A refused one is noted and changes nothing. */
export function decided(before: PromotionMachine, decision: DecisionOutcome, now: Date): Reduction {
  const state = note(before, now, decision.text);
  if (!decision.accepted) return stay(state);
  switch (decision.verb) {
    case 'approve':
    case 'request-changes':
    case 'request':
      return state.phase === 'GATING' || state.phase === 'AWAITING_APPROVAL'
        ? stay(state, [{ type: 'evaluate-gates' }])
        : stay(state);
    case 'reject':
      return end(state, 'REJECTED', `rejected by ${decision.principal}`, now);
    case 'abort':
      return abort(state, `aborted by ${decision.principal}`, now);
    case 'retry':
      return retry(state, now);
    case 'rollback':
    case 'unknown':
      return stay(state);
    default:
      return assertNever(decision.verb);
  }
}

function abort(state: PromotionMachine, reason: string, now: Date): Reduction {
  if (state.phase === 'LIVE' || state.ending !== undefined) return stay(state);
  return state.switched ? startEnding(state, 'ABORTED', reason, now) : end(state, 'ABORTED', reason, now);
}

function retry(before: PromotionMachine, now: Date): Reduction {
  if (before.phase !== 'ERRORED') return stay(before);
  const { error, giveUpAt: _none, ...rest } = before;
  const state = { ...rest, attempt: before.attempt + 1 };
  if (before.ending !== undefined)
    return stay(note(state, now, 'retrying the return to what was live'), [{ type: 'run-step', step: 'revert' }]);
  if (!state.switched) return move(state, 'GATING', 'retrying from the gates', now, [{ type: 'evaluate-gates' }]);
  return error?.step === 'verify'
    ? move(state, 'VERIFYING', 'retrying the verification', now, [{ type: 'run-step', step: 'verify' }])
    : move(state, 'DEPLOYING', 'retrying the deployment', now, [{ type: 'run-step', step: 'deploy' }]);
}
