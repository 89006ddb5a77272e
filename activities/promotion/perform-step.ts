import { LanekeeperError, messageOf } from '../../core/errors.js';
import type { Step, StepError, StepResult } from '../../core/promotion/state.js';
import type { Transaction } from '../../store/database.js';
import { lockScene } from '../../store/lane/scene.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { requireCaller } from '../caller.js';
import { asVerdict } from '../failures.js';
import { moveLimits, type StepDeps } from './advance.js';
import { MovingPromotion } from './fixpoint.js';
import type { PromotionRef } from './types.js';

/** One attempt of a promotion, as an activity asks about it. */
export interface AskedAttempt extends PromotionRef {
  /** Absent for what belongs to no attempt. */
  readonly attempt?: number;
  readonly signal?: AbortSignal;
  /** Whether trouble with a step is how it ends, because it has been tried often enough. */
  readonly givesUp?: (step: Step) => boolean;
  /** Called when a step lasts that followed another one, so that its promotion is in a phase that its run does not know. */
  readonly onLasting?: () => void;
}

/** One step of it. */
export interface StepOfAttempt extends AskedAttempt {
  readonly step: Step;
}

/** A step that is owed, with what it is performed for. */
export interface OwedStep {
  readonly step: Step;
  readonly promotion: StoredPromotion;
  /** The lane's fencing token; 0 for a step that is not about the lane. */
  readonly fencingToken: number;
  /** Names every effect of the step, so that repeating one changes nothing. */
  readonly idempotencyKey: string;
}

/** From when on a step lasts, in milliseconds. */
const lastingMs = 500;

/** Does the work of one step. */
export type StepWork = (owed: OwedStep) => Promise<void>;

/** Thrown where an effect is to be made for a step that turns out not to be owed any more: it is not made. */
class NotOwed extends Error {
  constructor(step: Step) {
    super(`the step ${step} is not owed`);
  }
}

/**
 * Performs steps of one attempt, one after another for as long as one of them is owed, and records how each ended in the
 * same transaction in which the promotion moves on. A message may ask for any step: whether it is owed is a question to
 * the database, at its beginning, with each effect and at its end. What was performed before a crash is not owed any more,
 * and passed over. A verdict is a result; trouble is thrown, and what is owed then is tried again.
 *
 * @param works the work of each step, in their order
 */
export async function performSteps(
  deps: StepDeps,
  asked: AskedAttempt,
  works: readonly (readonly [Step, StepWork])[],
): Promise<void> {
  const nextOf = (moving: MovingPromotion): { readonly owed: OwedStep; readonly work: StepWork } | undefined => {
    const [step, work] = works.find(([one]) => moving.owed.includes(one)) ?? [];
    return step === undefined || work === undefined ? undefined : { owed: owedStep(moving, step), work };
  };
  let next = await inAttempt(deps, asked, (_tx, moving) => Promise.resolve(moving && nextOf(moving)));
  for (let isFirst = true; next !== undefined; isFirst = false) {
    const { owed, work } = next;
    const lasting = isFirst ? undefined : setTimeout(() => asked.onLasting?.(), lastingMs);
    const result = await resultOf(asked, owed, work).finally(() => clearTimeout(lasting));
    if (result === undefined) return;
    next = await inAttempt(deps, asked, async (_tx, moving) => {
      if (!moving?.owed.includes(owed.step)) return moving && nextOf(moving);
      await moving.record(owed.step, result);
      await moving.settle({ gates: 'settled' }, { now: deps.now() });
      return nextOf(moving);
    });
  }
}

/**
 * Runs `work` in a transaction in which the step is owed: nobody can end, revoke or retry it until the commit. This is
 * how each effect of a step is made; when the step is not owed, none is.
 */
export async function withOwed<T>(
  deps: Pick<StepDeps, 'database'>,
  asked: StepOfAttempt,
  work: (tx: Transaction, owed: OwedStep) => Promise<T>,
): Promise<T> {
  return inAttempt(deps, asked, (tx, moving) => {
    if (!moving?.owed.includes(asked.step)) throw new NotOwed(asked.step);
    return work(tx, owedStep(moving, asked.step));
  });
}

/** Runs `work` under the locks of the promotion; without it when another attempt is under way. */
async function inAttempt<T>(
  deps: Pick<StepDeps, 'database'>,
  { tenant, promotionId, attempt, signal }: AskedAttempt,
  work: (tx: Transaction, moving: MovingPromotion | undefined) => Promise<T>,
): Promise<T> {
  return deps.database.transaction(
    tenant,
    async (tx) => {
      const scene = await lockScene(tx, promotionId);
      const moving = await MovingPromotion.read(tx, scene, promotionId);
      requireCaller(moving.promotion.workflowId);
      const isPresent = attempt === undefined || attempt === moving.promotion.attempt;
      return work(tx, isPresent ? moving : undefined);
    },
    moveLimits(signal),
  );
}

function owedStep({ promotion, token }: MovingPromotion, step: Step): OwedStep {
  const idempotencyKey = `${promotion.id}/${step}/${promotion.attempt}`;
  return { step, promotion, fencingToken: token ?? 0, idempotencyKey };
}

/** How a step ended; undefined when it was not owed any more. */
async function resultOf(asked: AskedAttempt, owed: OwedStep, work: StepWork): Promise<StepResult | undefined> {
  try {
    await work(owed);
    return { outcome: 'DONE' };
  } catch (error) {
    if (error instanceof NotOwed) return undefined;
    const verdict = asVerdict(error);
    if (verdict !== undefined) return { outcome: 'REFUSED', error: errorOf(owed.step, verdict) };
    if (asked.signal?.aborted === true || asked.givesUp?.(owed.step) !== true) throw error;
    return { outcome: 'TROUBLE', error: errorOf(owed.step, asTrouble(error)) };
  }
}

function asTrouble(error: unknown): LanekeeperError {
  return error instanceof LanekeeperError ? error : new LanekeeperError('INTERNAL', { message: messageOf(error) });
}

function errorOf(step: Step, { code, message, why, next }: LanekeeperError): StepError {
  return {
    step,
    code,
    message: (why === undefined ? message : `${message}: ${why}`).slice(0, 2_000),
    ...(next !== undefined && { next }),
  };
}
