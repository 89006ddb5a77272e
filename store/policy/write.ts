import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import type { GateResult } from '../../core/policy/facts.js';
import type { PolicySnapshot } from '../../core/policy/model.js';
import type { RoundOutcome } from '../../core/policy/verdict.js';
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

/** A round of gates to record. */
export interface NewRound {
  readonly number: number;
  readonly policyDigest: Digest;
  readonly outcome: RoundOutcome;
  readonly reason: string;
  readonly results: readonly GateResult[];
  /** The hold of the lane that it was evaluated for. */
  readonly fencingToken: number | undefined;
  readonly at: Date;
  readonly recheckAt: Date | undefined;
}

/** Records a round of gates with its verdicts, as the newest one of its promotion. */
export async function recordRound(tx: Transaction, promotionId: string, round: NewRound): Promise<void> {
  const { results } = round;
  await tx.query(
    `insert into gate_rounds (tenant_id, promotion_id, round, policy_digest, outcome, reason, fencing_token,
       evaluated_at, recheck_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tx.tenant,
      promotionId,
      round.number,
      round.policyDigest,
      round.outcome,
      round.reason,
      round.fencingToken ?? null,
      round.at,
      round.recheckAt ?? null,
    ],
  );
  await tx.query(
    `insert into check_runs (tenant_id, promotion_id, round, gate_id, verdict, severity, explanation, next_step,
       relied_on, evaluated_at, recheck_at)
     select $1, $2, $3, r.gate, r.verdict, r.severity, r.explanation, r.next, r."reliedOn", $4, r."recheckAt"
       from jsonb_to_recordset($5) as r(gate text, verdict text, severity text, explanation text, next text,
              "reliedOn" text[], "recheckAt" timestamptz)`,
    [tx.tenant, promotionId, round.number, round.at, JSON.stringify(results)],
  );
  await tx.query(
    `update promotions set gate_round = $3, reason = $4, updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2`,
    [tx.tenant, promotionId, round.number, round.reason],
  );
}
