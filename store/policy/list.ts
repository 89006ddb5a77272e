import type { Severity, Verdict } from '../../core/policy/verdict.js';
import type { Transaction } from '../database.js';

/** The verdict of one gate in one round. */
export interface StoredCheckRun {
  readonly promotionId: string;
  readonly round: number;
  readonly gateId: string;
  readonly verdict: Verdict;
  readonly severity: Severity;
  readonly explanation: string;
  readonly nextStep: string | null;
  readonly reliedOn: readonly string[];
  readonly evaluatedAt: Date;
  readonly recheckAt: Date | null;
}

/** The verdicts of a promotion's gates in its newest round, by gate. */
export async function newestCheckRuns(tx: Transaction, promotionId: string): Promise<readonly StoredCheckRun[]> {
  const rows = await tx.query<{
    promotion_id: string;
    round: number;
    gate_id: string;
    verdict: Verdict;
    severity: Severity;
    explanation: string;
    next_step: string | null;
    relied_on: string[];
    evaluated_at: Date;
    recheck_at: Date | null;
  }>(
    `select promotion_id, round, gate_id, verdict, severity, explanation, next_step, relied_on, evaluated_at, recheck_at
       from check_runs
      where tenant_id = $1 and promotion_id = $2
        and round = (select max(round) from check_runs where tenant_id = $1 and promotion_id = $2)
      order by gate_id`,
    [tx.tenant, promotionId],
  );
  return rows.map((row) => ({
    promotionId: row.promotion_id,
    round: row.round,
    gateId: row.gate_id,
    verdict: row.verdict,
    severity: row.severity,
    explanation: row.explanation,
    nextStep: row.next_step,
    reliedOn: row.relied_on,
    evaluatedAt: row.evaluated_at,
    recheckAt: row.recheck_at,
  }));
}
