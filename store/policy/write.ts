import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import type { GateResult } from '../../core/policy/facts.js';
import type { PolicySnapshot } from '../../core/policy/model.js';
import type { Transaction } from '../database.js';

/** Stores a snapshot under its digest, once. */
export async function pinSnapshot(tx: Transaction, snapshot: PolicySnapshot): Promise<Digest> {
  const content = canonicalJson(snapshot);
  const digest = digestOf(content);
  await tx.query(
    `insert into policy_snapshots (tenant_id, digest, content)
     values ($1, $2, $3) on conflict (tenant_id, digest) do nothing`,
    [tx.tenant, digest, content],
  );
  return digest;
}

/** Records a round of gates. Recording the same round again changes no verdict. */
export async function recordRound(
  tx: Transaction,
  promotionId: string,
  round: {
    readonly number: number;
    readonly results: readonly GateResult[];
    readonly reason: string;
    readonly at: Date;
  },
): Promise<void> {
  for (const result of round.results) {
    await tx.query(
      `insert into check_runs (tenant_id, promotion_id, round, gate_id, verdict, severity, explanation, next_step,
         relied_on, evaluated_at, recheck_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       on conflict (tenant_id, promotion_id, round, gate_id) do nothing`,
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
  await tx.query(
    `update promotions set gate_round = greatest(gate_round, $3), reason = $4, updated_at = now()
      where tenant_id = $1 and id = $2 and ended_at is null`,
    [tx.tenant, promotionId, round.number, round.reason],
  );
}
