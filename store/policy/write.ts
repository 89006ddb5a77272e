import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import type { Evaluation } from '../../core/policy/evaluate.js';
import type { FactSheet } from '../../core/policy/fact-sheet.js';
import { refText } from '../../core/policy/ref.js';
import type { ResolvedPolicy } from '../../core/policy/resolve.js';
import type { Transaction } from '../database.js';
import { bytesOfList, factParameters, insertFacts } from './facts.js';

/** Stores a snapshot under its digest, once, with where its values came from then. */
export async function pinSnapshot(tx: Transaction, { snapshot, sources }: ResolvedPolicy): Promise<Digest> {
  const content = canonicalJson(snapshot);
  const digest = digestOf(content);
  await tx.query(
    `insert into policy_snapshots (tenant_id, digest, content, sources)
     values ($1, $2, $3, $4) on conflict (tenant_id, digest) do nothing`,
    [tx.tenant, digest, content, JSON.stringify(sources)],
  );
  return digest;
}

/** A round of gates to record. */
export interface NewRound {
  readonly number: number;
  readonly policyDigest: Digest;
  readonly evaluation: Evaluation;
  /** What it was decided on. */
  readonly sheet: FactSheet;
  /** The hold of the lane that it was evaluated for. */
  readonly fencingToken: number | undefined;
  readonly at: Date;
}

/** Records a round of gates with its verdicts and the facts that it was decided on, as the newest one of its promotion. */
export async function recordRound(tx: Transaction, promotionId: string, round: NewRound): Promise<void> {
  const { outcome, reason, notices, results, recheckAt } = round.evaluation;
  await tx.query(
    `with known as (
       ${insertFacts('$12', '$13')}),
     recorded as (
       insert into gate_rounds (tenant_id, promotion_id, round, policy_digest, outcome, reason, fencing_token,
         evaluated_at, recheck_at, notices, facts)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $14))
     insert into check_runs (tenant_id, promotion_id, round, gate_id, verdict, raw_verdict, severity, explanation,
       next_step, waits_for, clauses, relied_on, evaluated_at, recheck_at)
     select $1, $2, $3, r.gate, r.verdict, r."rawVerdict", r.severity, r.explanation, r.next, r."waitsFor", r.clauses,
            r."reliedOn", $8, r."recheckAt"
       from jsonb_to_recordset($11) as r(gate text, verdict text, "rawVerdict" text, severity text, explanation text,
              next text, "waitsFor" text, clauses jsonb, "reliedOn" text[], "recheckAt" timestamptz)`,
    [
      ...[tx.tenant, promotionId, round.number, round.policyDigest, outcome, reason, round.fencingToken ?? null],
      ...[round.at, recheckAt ?? null, JSON.stringify(notices)],
      JSON.stringify(results.map((result) => ({ ...result, reliedOn: result.reliedOn.map(refText) }))),
      ...[...factParameters(round.sheet), bytesOfList(round.sheet.list)],
    ],
  );
  await tx.query(
    `update promotions set gate_round = $3, reason = $4, updated_at = clock_timestamp()
      where tenant_id = $1 and id = $2`,
    [tx.tenant, promotionId, round.number, reason],
  );
}
