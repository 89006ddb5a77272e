import { wordsOf } from '../../core/event/words.js';
import { timelineLength } from '../../core/promotion/state.js';
import type { Transaction } from '../../store/database.js';
import { newestEvents } from '../../store/event/list.js';
import { lastRound } from '../../store/policy/read.js';
import type { MovingPromotion } from './fixpoint.js';
import type { Answer, DecisionOutcome, Seen } from './types.js';

/** The longest explanation that is kept in the workflow history; PostgreSQL keeps it in full. */
const maxTextLength = 500;

/** Says where a promotion stands, in the transaction that moved it. */
export async function answerOf(
  tx: Transaction,
  moving: MovingPromotion,
  seen: Seen,
  outcome?: DecisionOutcome,
): Promise<Answer> {
  const { id, state, reason, policyDigest, attempt, error, gateRound } = moving.promotion;
  const { lookAgainAt } = moving;
  const events = await newestEvents(tx, id, seen.event, timelineLength);
  const round = gateRound > seen.round ? (moving.results ?? (await lastRound(tx, id))) : undefined;
  return {
    promotionId: id,
    phase: state,
    reason: (reason ?? '').slice(0, maxTextLength),
    policyDigest,
    attempt,
    owed: moving.owed,
    ...(lookAgainAt !== undefined && { lookAgainAt: lookAgainAt.toISOString() }),
    ...(error !== null && { error }),
    at: { event: events.at(-1)?.id ?? seen.event, round: gateRound },
    ...(round !== undefined && {
      gates: round.gates.map(({ gate, verdict, severity, explanation, next }) => ({
        gate,
        verdict,
        severity,
        explanation: explanation.slice(0, maxTextLength),
        ...(next !== undefined && { next }),
      })),
      notices: round.notices.map(({ notice, holds, explanation, next }) => ({
        notice,
        holds,
        explanation: explanation.slice(0, maxTextLength),
        next,
      })),
    }),
    events: events.map((event) => ({
      id: event.id,
      at: event.occurredAt.toISOString(),
      text: `${event.actor === null ? '' : `${event.actor}: `}${wordsOf(event)}`.slice(0, maxTextLength),
    })),
    ...(outcome !== undefined && { outcome: { accepted: outcome.accepted, text: outcome.text } }),
  };
}
