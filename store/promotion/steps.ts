import type { LaneStep, Step, StepError, StepResult } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { findAct } from './acts.js';
import type { StoredPromotion } from './read.js';
import { subjectsOf } from './write.js';

/**
 * How the steps of a promotion ended, as far as they have: those of its present attempt, and whether it is attested.
 * `acted`: whether the service has begun to end it on its own.
 */
export interface RecordedSteps {
  readonly results: Readonly<Partial<Record<LaneStep, StepResult>>>;
  readonly attested: boolean;
  readonly acted: boolean;
}

/** Reads how the steps of the present attempt ended. */
export async function stepsOf(tx: Transaction, promotion: StoredPromotion): Promise<RecordedSteps> {
  const rows = await tx.query<{ step: Step; outcome: StepResult['outcome']; error: StepError | null }>(
    `select step, outcome, error from promotion_steps
      where tenant_id = $1 and promotion_id = $2 and attempt in (0, $3)`,
    [tx.tenant, promotion.id, promotion.attempt],
  );
  const results: Partial<Record<LaneStep, StepResult>> = {};
  for (const { step, outcome, error } of rows) {
    if (step === 'attest') continue;
    results[step] =
      outcome === 'DONE' ? { outcome } : { outcome, error: error ?? { step, code: 'INTERNAL', message: '' } };
  }
  // Only what ends in this way is asked about: a promotion that goes on has not been ended by anybody.
  const isEnding = promotion.ending !== null || promotion.state === 'ABORTED';
  const acted = isEnding && (await findAct(tx, promotion.id)) !== undefined;
  return { results, attested: rows.some((row) => row.step === 'attest'), acted };
}

/**
 * Records how a step ended, in the transaction of its effect. From then on nothing that still runs for this step and
 * attempt can have an effect: the database takes one result, and only of a step that is owed.
 */
export async function recordStep(
  tx: Transaction,
  promotion: StoredPromotion,
  step: Step,
  result: StepResult,
  fencingToken: number | undefined,
): Promise<void> {
  const error = result.outcome === 'DONE' ? undefined : result.error;
  await tx.query(
    `insert into promotion_steps (tenant_id, promotion_id, attempt, step, fencing_token, outcome, error)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      tx.tenant,
      promotion.id,
      step === 'attest' ? 0 : promotion.attempt,
      step,
      fencingToken ?? null,
      result.outcome,
      error === undefined ? null : JSON.stringify(error),
    ],
  );
  if (error !== undefined)
    await appendEvent(tx, {
      ...subjectsOf(promotion),
      type: 'promotion.step-failed',
      data: { step, outcome: result.outcome, code: error.code, message: error.message },
    });
}
