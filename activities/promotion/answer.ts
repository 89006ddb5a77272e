import { LanekeeperError } from '../../core/errors.js';
import { wordsOf } from '../../core/event/words.js';
import { profileIn } from '../../core/governance/sources.js';
import { workflowIds } from '../../core/ids.js';
import { type Purpose, purposeOf } from '../../core/release/purpose.js';
import { currentPurpose, purposeWithin } from '../../core/transformation/purpose.js';
import { timelineLength } from '../../core/promotion/state.js';
import type { Transaction } from '../../store/database.js';
import { requireManifest } from '../../store/bundle/read.js';
import { lastTransition, newestEvents, type TimelineEvent } from '../../store/event/list.js';
import { gatesSince, lastRound } from '../../store/policy/read.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { listTransformations } from '../../store/transformation/list.js';
import type { MovingPromotion } from './fixpoint.js';
import { type Answer, type DecisionOutcome, nothingSeen, type Seen } from './types.js';

/** The longest explanation that is kept in the workflow history; PostgreSQL keeps it in full. */
const maxTextLength = 500;

/** What an answer is made for. */
interface Asked {
  readonly seen: Seen;
  /** What became of the statement that was the stimulus. */
  readonly outcome?: DecisionOutcome | undefined;
  readonly now: Date;
}

/** Says where a promotion stands, in the transaction that moved it. */
export async function answerOf(
  tx: Transaction,
  moving: MovingPromotion,
  { seen, outcome, now }: Asked,
): Promise<Answer> {
  const { id, state, standing, reason, policyDigest, attempt, error, gateRound } = moving.promotion;
  const { lookAgainAt } = moving;
  const events = await newestEvents(tx, id, seen.event, timelineLength);
  const round = gateRound > seen.round ? await roundOf(tx, moving) : undefined;
  const since = await enteredAt(tx, moving, seen, events);
  const isFirst = seen.event === nothingSeen.event;
  const isRepinned = events.some(({ type }) => type === 'promotion.repinned');
  return {
    promotionId: id,
    phase: state,
    ...(standing !== null && { standing }),
    reason: (reason ?? '').slice(0, maxTextLength),
    policyDigest,
    attempt,
    owed: moving.owed,
    ...(lookAgainAt !== undefined && { lookAgainAt: lookAgainAt.toISOString() }),
    ...(error !== null && { error }),
    ...(since !== undefined && { since: since.toISOString() }),
    ...(state === 'QUEUED' && holderOf(moving)),
    ...((isFirst || isRepinned) && (await originOf(tx, moving.promotion, now))),
    at: { event: events.at(-1)?.id ?? seen.event, round: gateRound },
    ...round,
    events: events.map((event) => ({
      id: event.id,
      at: event.occurredAt.toISOString(),
      text: `${event.actor === null ? '' : `${event.actor}: `}${wordsOf(event)}`.slice(0, maxTextLength),
    })),
    ...(outcome !== undefined && { outcome: outcomeIn(outcome) }),
  };
}

function outcomeIn({ accepted, text, code }: DecisionOutcome): DecisionOutcome {
  return { accepted, text, ...(code !== undefined && { code }) };
}

async function roundOf(tx: Transaction, moving: MovingPromotion): Promise<Pick<Answer, 'gates' | 'notices'>> {
  const { id } = moving.promotion;
  const { number, gates, notices } = moving.results ?? (await lastRound(tx, id));
  const sinceOf = await gatesSince(tx, id, number);
  return {
    gates: gates.map(({ gate, verdict, severity, explanation, next }) => {
      const since = sinceOf.get(gate);
      return {
        gate,
        verdict,
        severity,
        explanation: explanation.slice(0, maxTextLength),
        ...(next !== undefined && { next }),
        ...(since !== undefined && { since: since.toISOString() }),
      };
    }),
    notices: notices.map(({ notice, holds, explanation, next }) => ({
      notice,
      holds,
      explanation: explanation.slice(0, maxTextLength),
      next,
    })),
  };
}

/** When the promotion entered its phase; undefined when the run has seen that. */
async function enteredAt(
  tx: Transaction,
  { promotion }: MovingPromotion,
  seen: Seen,
  events: readonly TimelineEvent[],
): Promise<Date | undefined> {
  const found = events.filter(({ type }) => type === 'promotion.transitioned').at(-1)?.occurredAt;
  if (found !== undefined || seen.event !== nothingSeen.event) return found;
  // It began in its first phase without a transition. Fewer events than are asked for are all that there are.
  const earlier = events.length < timelineLength ? undefined : await lastTransition(tx, promotion.id);
  return earlier ?? promotion.createdAt;
}

function holderOf({ holder }: MovingPromotion): Pick<Answer, 'holder'> {
  return holder === undefined ? {} : { holder: { promotionId: holder.id, workflowId: holder.workflowId } };
}

/** The release of the bundle, and what it is promoted for. One whose manifest was changed has neither: that is found out where it matters. */
async function originOf(
  tx: Transaction,
  promotion: StoredPromotion,
  now: Date,
): Promise<Pick<Answer, 'release' | 'purpose'>> {
  const { product, bundle } = promotion;
  try {
    const manifest = await requireManifest(tx, bundle);
    const release = workflowIds.release(tx.tenant, product, manifest.source.revision);
    return { release, purpose: purposeWithin(purposeOf(manifest), await contextOf(tx, promotion, now)) };
  } catch (error) {
    if (error instanceof LanekeeperError && error.code === 'BUNDLE_CORRUPT') return {};
    throw error;
  }
}

/** The profile that is pinned, and what the product's transformation pursues now. */
async function contextOf(tx: Transaction, { product, policySources }: StoredPromotion, now: Date): Promise<Purpose> {
  const profile = profileIn(policySources ?? []);
  // For people who search: nothing is decided by it, so that nothing has to be verified for it.
  const [transformation] = await listTransformations(tx, { product, limit: 1 });
  return {
    ...(profile !== undefined && { profile }),
    ...(transformation === undefined ? { goals: [], timeboxes: [] } : currentPurpose(transformation.spec, now)),
  };
}
