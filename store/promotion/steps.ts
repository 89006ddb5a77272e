import type { LaneStep, Step, StepError, StepResult } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredPromotion } from './read.js';
import { subjectsOf } from './write.js';

/** How the steps of a promotion ended, as far as they have: those of its present attempt, and whether it is attested. */
export interface RecordedSteps {
  readonly results: Readonly<Partial<Record<LaneStep, StepResult>>>;
  readonly attested: boolean;
}

/** A row of `promotion_steps`, as JSON has it. */
export interface StepRow {
  step: Step;
  outcome: StepResult['outcome'];
  error: StepError | null;
}

/** A subquery: the steps of the present attempt of the promotion `p`, as JSON; null if none has ended. */
export const stepsOfAttempt = `(
  select jsonb_agg(jsonb_build_object('step', s.step, 'outcome', s.outcome, 'error', s.error))
    from promotion_steps s where s.tenant_id = p.tenant_id and s.promotion_id = p.id and s.attempt in (0, p.attempt))`;

/** Rows as steps. */
export function toSteps(rows: readonly StepRow[]): RecordedSteps {
  const results: Partial<Record<LaneStep, StepResult>> = {};
  for (const { step, outcome, error } of rows) {
    if (step === 'attest') continue;
    results[step] =
      outcome === 'DONE' ? { outcome } : { outcome, error: error ?? { step, code: 'INTERNAL', message: '' } };
  }
  return { results, attested: rows.some((row) => row.step === 'attest') };
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
