import type { LanekeeperError } from '../../core/errors.js';
import type { Step, StepError, StepResult } from '../../core/promotion/state.js';
import type { Transaction } from '../../store/database.js';
import { type LaneScene, lockScene } from '../../store/lane/scene.js';
import { recordStep } from '../../store/promotion/steps.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { requireCaller } from '../caller.js';
import { asVerdict } from '../failures.js';
import { moveLimits, type StepDeps } from './advance.js';
import { MovingPromotion } from './fixpoint.js';
import type { PromotionRef } from './types.js';

/** One step of one attempt of a promotion. */
export interface StepOfAttempt extends PromotionRef {
  readonly step: Step;
  /** Absent for what belongs to no attempt. */
  readonly attempt?: number;
  readonly signal?: AbortSignal;
}

/** A step that is owed, with what it is performed for. */
export interface OwedStep {
  readonly promotion: StoredPromotion;
  /** The lane's fencing token; 0 for a step that is not about the lane. */
  readonly fencingToken: number;
  /** Names every effect of the step, so that repeating one changes nothing. */
  readonly idempotencyKey: string;
}

/** Thrown when a step turns out not to be owed any more: nothing is done. */
class NotOwed extends Error {
  /** What the attempt owes instead. */
  readonly owed: readonly Step[];

  constructor(owed: readonly Step[]) {
    super('the step is not owed');
    this.owed = owed;
  }
}

/**
 * Performs a step if it is owed, and records how it ended in the same transaction in which the promotion moves on. A
 * message may ask for any step: whether it is owed is a question to the database, at its beginning, with each effect and
 * at its end. A verdict is a result; trouble is thrown, and the step is tried again.
 *
 * @returns the steps that the attempt owes then
 */
export async function performStep(
  deps: StepDeps,
  asked: StepOfAttempt,
  work: (owed: OwedStep) => Promise<void>,
): Promise<readonly Step[]> {
  const { promotionId, step } = asked;
  try {
    const owed = await withOwed(deps, asked, (_tx, _scene, found) => Promise.resolve(found));
    const result = await resultOf(step, () => work(owed));
    return await withOwed(deps, asked, async (tx, scene, { promotion, fencingToken }) => {
      await recordStep(tx, promotion, step, result, fencingToken);
      const moving = await MovingPromotion.read(tx, scene, promotionId);
      await moving.settle({ gates: 'settled' }, { now: deps.now() });
      return moving.owed;
    });
  } catch (error) {
    if (error instanceof NotOwed) return error.owed;
    throw error;
  }
}

/**
 * Runs `work` in a transaction in which the step is owed: nobody can end, revoke or retry it until the commit. This is
 * how each effect of a step is made.
 */
export async function withOwed<T>(
  deps: StepDeps,
  { tenant, promotionId, step, attempt, signal }: StepOfAttempt,
  work: (tx: Transaction, scene: LaneScene, owed: OwedStep) => Promise<T>,
): Promise<T> {
  return deps.database.transaction(
    tenant,
    async (tx) => {
      const scene = await lockScene(tx, promotionId);
      const moving = await MovingPromotion.read(tx, scene, promotionId);
      const { promotion, token } = moving;
      requireCaller(promotion.workflowId);
      if ((attempt ?? promotion.attempt) !== promotion.attempt) throw new NotOwed([]);
      if (!moving.owed.includes(step)) throw new NotOwed(moving.owed);
      const idempotencyKey = `${promotion.id}/${step}/${promotion.attempt}`;
      return work(tx, scene, { promotion, fencingToken: token ?? 0, idempotencyKey });
    },
    moveLimits(signal),
  );
}

async function resultOf(step: Step, work: () => Promise<void>): Promise<StepResult> {
  try {
    await work();
    return { outcome: 'DONE' };
  } catch (error) {
    const verdict = asVerdict(error);
    if (verdict === undefined) throw error;
    return { outcome: 'REFUSED', error: errorOf(step, verdict) };
  }
}

function errorOf(step: Step, { code, message, why, next }: LanekeeperError): StepError {
  return {
    step,
    code,
    message: (why === undefined ? message : `${message}: ${why}`).slice(0, 2_000),
    ...(next !== undefined && { next }),
  };
}
