import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOf } from '../../core/hash.js';
import type { GateResult } from '../../core/policy/facts.js';
import type { PolicySnapshot } from '../../core/policy/model.js';
import type { RoundOutcome } from '../../core/policy/verdict.js';
import type { Transaction } from '../database.js';

/** A pinned snapshot. @throws NOT_FOUND, or BUNDLE_CORRUPT when the stored content no longer matches its digest */
export async function requireSnapshot(tx: Transaction, digest: Digest): Promise<PolicySnapshot> {
  const rows = await tx.query<{ content: string }>(
    'select content from policy_snapshots where tenant_id = $1 and digest = $2',
    [tx.tenant, digest],
  );
  const row = rows[0];
  if (row === undefined)
    throw new LanekeeperError('NOT_FOUND', {
      message: 'there is no such policy snapshot',
      object: `policy snapshot ${digest}`,
    });
  if (digestOf(row.content) !== digest) {
    throw new LanekeeperError('BUNDLE_CORRUPT', {
      message: 'the stored policy snapshot was changed',
      object: `policy snapshot ${digest}`,
      next: 'restore the database from a backup',
    });
  }
  // Its digest proves that it is what snapshotPolicy made.
  return JSON.parse(row.content) as PolicySnapshot;
}

/** A round of gates as it was recorded, without its verdicts. */
export interface StoredRound {
  readonly number: number;
  readonly outcome: RoundOutcome;
  readonly reason: string;
  readonly token: number | undefined;
  readonly recheckAt: Date | undefined;
}

/** The newest round of a promotion's gates. */
export async function newestRound(tx: Transaction, promotionId: string): Promise<StoredRound | undefined> {
  const rows = await tx.query<{
    round: number;
    outcome: RoundOutcome;
    reason: string;
    fencing_token: number | null;
    recheck_at: Date | null;
  }>(
    `select round, outcome, reason, fencing_token, recheck_at from gate_rounds
      where tenant_id = $1 and promotion_id = $2 order by round desc limit 1`,
    [tx.tenant, promotionId],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        number: row.round,
        outcome: row.outcome,
        reason: row.reason,
        token: row.fencing_token ?? undefined,
        recheckAt: row.recheck_at ?? undefined,
      };
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
       from check_runs c join promotions p on p.tenant_id = c.tenant_id and p.id = c.promotion_id
         and p.gate_round = c.round
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
