import { isOrder } from '../../core/decision/verbs.js';
import { instantInWords } from '../../core/instant-in-words.js';
import type { Occasion } from '../../core/promotion/situation.js';
import { standingFrom, type StandingFound } from '../../core/promotion/standing.js';
import { isGating, stepsFrom } from '../../core/promotion/state.js';
import { whyClosed } from '../../core/restriction/wait-words.js';
import type { Database, Transaction, TransactionLimits } from '../../store/database.js';
import { type LaneScene, lockScene } from '../../store/lane/scene.js';
import { promotionIn } from '../../store/lane/write.js';
import { lostReliances } from '../../store/policy/reliance.js';
import { requirePromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { haveOtherRules, newestGates } from '../policy/newest-gates.js';
import { type Preparation, whenPrepared } from '../policy/preparation.js';
import { believedRecall } from '../restriction/believed.js';
import { answerOf } from './answer.js';
import { type Caller, requireSame } from '../caller.js';
import type { ControlDeps } from './deps.js';
import { type ExaminedStatement, examineStatement } from './examine-statement.js';
import { MovingPromotion } from './fixpoint.js';
import type { MoveContext } from './lane-door.js';
import { pinPolicyForRequest } from './pin-policy.js';
import { registerStatement, type StatementOutcome } from './register-statement.js';
import type { Answer, PromotionRef, Seen, Stimulus } from './types.js';

/**
 * A stimulus as `advance` takes it. Only what this process has observed itself can say that a run has ended; that is
 * never read from a message.
 */
export type AdvanceStimulus = Stimulus | { readonly type: 'run-ended'; readonly firstRunId: string };

/** For how long a transaction that moves a promotion may hold the lane's row, and wait for it. */
export function moveLimits(signal?: AbortSignal): TransactionLimits {
  return { lockTimeoutMs: 1_000, totalMs: 1_500, signal };
}

/** How `advance` is called. */
export interface AdvanceOptions {
  readonly seen: Seen;
  readonly signal?: AbortSignal;
  /** The run that asks, if one does; it may ask for its own promotion only. */
  readonly caller?: Caller;
  /** How long verifying evidence and statements may take, in milliseconds. */
  readonly budgetMs?: number;
}

/**
 * The one place where a promotion moves. It prepares outside of any transaction: verifies the statement, and evidence
 * that is not known as verified. Then one transaction locks the lane and the promotions that it concerns, reads what the
 * database knows, makes moves until only outside work or waiting is left, and answers. The answer is a function of rows,
 * so that repeating the call is harmless.
 */
export async function advance(
  deps: ControlDeps,
  ref: PromotionRef,
  stimulus: AdvanceStimulus,
  options: AdvanceOptions,
): Promise<Answer> {
  return whenPrepared(
    deps,
    ref.tenant,
    async (known) => {
      const sent =
        stimulus.type === 'statement' ? await examineStatement(deps, ref.tenant, stimulus, known) : undefined;
      return deps.database.transaction(
        ref.tenant,
        async (tx) => {
          const scene = await lockScene(tx, ref.promotionId);
          if (options.caller !== undefined) requireSame(options.caller, promotionIn(scene, ref.promotionId).workflowId);
          return moveOn(tx, scene, ref.promotionId, { stimulus, sent }, { known, now: deps.now() }, options.seen);
        },
        moveLimits(options.signal),
      );
    },
    options.budgetMs,
  );
}

/** Moves a promotion in the transaction that has locked its scene. */
export async function moveOn(
  tx: Transaction,
  scene: LaneScene,
  promotionId: string,
  { stimulus, sent }: { readonly stimulus: AdvanceStimulus; readonly sent?: ExaminedStatement | undefined },
  context: { readonly now: Date; readonly known: Preparation },
  seen: Seen,
): Promise<Answer> {
  let outcome: StatementOutcome | undefined;
  if (sent !== undefined) {
    const pinned = await pinPolicyForRequest(tx, context.known, promotionIn(scene, promotionId), sent);
    outcome = await registerStatement(tx, pinned, sent, context);
    scene.promotions.set(promotionId, await requirePromotion(tx, promotionId));
  }
  const moving = await MovingPromotion.read(tx, scene, promotionId);
  if (stimulus.type === 'step-ended') await closeStep(moving, stimulus);
  const occasion = occasionOf(moving, stimulus, outcome, context.now);
  const standing = looksAtStanding(stimulus) ? await standingOf(tx, moving.promotion, context.known) : undefined;
  const rulesChanged = await haveRulesChanged(tx, moving, stimulus, context.known);
  await moving.settle({ ...occasion, ...(standing !== undefined && { standing }), rulesChanged }, context);
  return answerOf(tx, moving, { seen, outcome: await startsAt(moving, outcome, context), now: context.now });
}

/** Whoever approves for a lane that is closed is told that it is recorded, and when the promotion starts. */
async function startsAt(
  moving: MovingPromotion,
  outcome: StatementOutcome | undefined,
  context: MoveContext,
): Promise<StatementOutcome | undefined> {
  if (outcome?.accepted !== true || outcome.verb !== 'approve') return outcome;
  const status = await moving.closed(context);
  if (status === undefined) return outcome;
  // Who approves is not the last one to be waited for, and gates are evaluated again then.
  const when =
    status.nextOpen === undefined
      ? 'it starts once that has ended, if every gate passes then'
      : `it starts on ${instantInWords(status.nextOpen)}, if every gate passes by then`;
  return { ...outcome, text: `${outcome.text}; the lane is closed: ${whyClosed(status)}; ${when}` };
}

function occasionOf(
  moving: MovingPromotion,
  stimulus: AdvanceStimulus,
  outcome: StatementOutcome | undefined,
  now: Date,
): Occasion {
  const { state, firstRunId } = moving.promotion;
  const gating = isGating(state);
  switch (stimulus.type) {
    case 'woken':
      return { gates: gating ? 'wanted' : 'settled' };
    case 'time': {
      const due = moving.round?.recheckAt;
      return { gates: gating && due !== undefined && due <= now ? 'wanted' : 'settled' };
    }
    case 'step-ended':
      return { gates: 'settled' };
    case 'run-ended':
      return { gates: 'settled', runEnded: stimulus.firstRunId === firstRunId };
    case 'statement':
      return occasionOfStatement(outcome, gating);
  }
}

/** When it went live just now, perhaps: what it relies on may have been lost on the way. And when something has changed. */
function looksAtStanding({ type }: AdvanceStimulus): boolean {
  return type === 'step-ended' || type === 'woken';
}

/** Whether a promotion that waits for its lane was let through by rules that are no longer those in force. */
async function haveRulesChanged(
  tx: Transaction,
  { promotion, token }: MovingPromotion,
  { type }: AdvanceStimulus,
  known: Preparation,
): Promise<boolean> {
  if (type !== 'woken' || promotion.state !== 'QUEUED' || token !== undefined) return false;
  const newest = await newestGates(tx, known, promotion);
  return 'problem' in newest || haveOtherRules(newest, promotion);
}

/** How a promotion that is live stands. */
async function standingOf(
  tx: Transaction,
  promotion: StoredPromotion,
  known: Preparation,
): Promise<StandingFound | undefined> {
  const { id, state } = promotion;
  if (state !== 'LIVE') return undefined;
  return standingFrom(await lostReliances(tx, id), await believedRecall(tx, known, promotion));
}

/** A statement that was handled before changes nothing again. */
function occasionOfStatement(outcome: StatementOutcome | undefined, gating: boolean): Occasion {
  if (outcome?.accepted !== true || outcome.again) return { gates: 'settled' };
  const { verb, principal } = outcome;
  if (isOrder(verb)) return { gates: 'settled', order: { verb, principal } };
  return { gates: gating ? 'wanted' : 'settled' };
}

/**
 * Closes a step whose activity ended without a result. From then on it can have no effect, even if it still runs
 * somewhere: a deploy that comes late finds its step closed. If there is a result after all, that counts.
 */
async function closeStep(
  moving: MovingPromotion,
  { step, attempt, alone, error }: Extract<Stimulus, { type: 'step-ended' }>,
): Promise<void> {
  if (moving.promotion.attempt !== attempt) return;
  // One activity takes the lane: it goes on from the guard to the switch and its verification.
  const open = (alone === true ? [step] : stepsFrom(step)).find((one) => moving.owed.includes(one));
  if (open === undefined) return;
  const why = error ?? { code: 'INTERNAL', message: 'its activity ended without a result' };
  await moving.record(open, { outcome: 'TROUBLE', error: { step: open, ...why } });
}

/** What moving a promotion without evaluating gates needs: the queues that perform steps. */
export interface StepDeps {
  readonly database: Database;
  readonly now: () => Date;
}
