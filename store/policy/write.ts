import type { GateResult } from '../../core/policy/facts.js';
import type { Transaction } from '../database.js';

/** Keeps a round of gates. The same round again replaces nothing. */
export async function recordRound(
  tx: Transaction,
  promotionId: string,
  round: { readonly number: number; readonly results: readonly GateResult[]; readonly reason: string; readonly at: Date },
): Promise<void> {
  for (const result of round.results) {
    await tx.query(
      `insert into check_runs (tenant_id, promotion_id, round, gate_id, verdict, severity, explanation, next_step, relied_on, evaluated_at, recheck_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (tenant_id, promotion_id, round, gate_id) do nothing`,
      [
        tx.tenant,
        promotionId,
        round.number,
        result.gate,
        result.verdict,
        result.severity,
        result.explanation,
        result.next ?? null,
        result.reliedOn,
        round.at,
        result.recheckAt ?? null,
      ],
    );
  }
  await tx.query('update promotions set gate_round = greatest(gate_round, $3), reason = $4, updated_at = now() where tenant_id = $1 and id = $2 and ended_at is null', [
    tx.tenant,
    promotionId,
    round.number,
    round.reason,
  ]);
}

/** The gates of the last round. */
export async function lastRound(tx: Transaction, promotionId: string): Promise<readonly GateResult[]> {
  const rows = await tx.query<{
    gate_id: string;
    verdict: GateResult['verdict'];
    severity: GateResult['severity'];
    explanation: string;
    next_step: string | null;
    relied_on: string[];
    recheck_at: Date | null;
  }>(
    `select c.gate_id, c.verdict, c.severity, c.explanation, c.next_step, c.relied_on, c.recheck_at
       from check_runs c join promotions p on p.tenant_id = c.tenant_id and p.id = c.promotion_id and p.gate_round = c.round
      where c.tenant_id = $1 and c.promotion_id = $2 order by c.gate_id`,
    [tx.tenant, promotionId],
  );
  return rows.map((row) => ({
    gate: row.gate_id,
    verdict: row.verdict,
    severity: row.severity,
    explanation: row.explanation,
    reliedOn: row.relied_on,
    waitsForPeople: false,
    ...(row.next_step !== null && { next: row.next_step }),
    ...(row.recheck_at !== null && { recheckAt: row.recheck_at.toISOString() }),
  }));
}
