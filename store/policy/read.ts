import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { groupBy } from '../../core/group.js';
import { digestOf } from '../../core/hash.js';
import type { Clause, GateResult } from '../../core/policy/facts.js';
import type { PolicySnapshot, ValueSource } from '../../core/policy/model.js';
import type { Notice } from '../../core/policy/notice.js';
import { parseRef } from '../../core/policy/ref.js';
import type { RawVerdict, RoundOutcome, WaitsFor } from '../../core/policy/verdict.js';
import type { Transaction } from '../database.js';
import { oncePerTransaction } from '../once.js';

/** A pinned snapshot. @throws NOT_FOUND, or BUNDLE_CORRUPT when the stored content no longer matches its digest */
export function requireSnapshot(tx: Transaction, digest: Digest): Promise<PolicySnapshot> {
  return oncePerTransaction(tx, `policy snapshot ${digest}`, () => readSnapshot(tx, digest));
}

async function readSnapshot(tx: Transaction, digest: Digest): Promise<PolicySnapshot> {
  const found = (await readSnapshots(tx, [digest])).get(digest);
  if (found !== undefined) return found;
  throw new LanekeeperError('NOT_FOUND', {
    message: 'there is no such policy snapshot',
    object: `policy snapshot ${digest}`,
  });
}

/** Pinned snapshots by their digests. @throws BUNDLE_CORRUPT */
export async function readSnapshots(
  tx: Transaction,
  digests: readonly Digest[],
): Promise<ReadonlyMap<Digest, PolicySnapshot>> {
  const rows = await tx.query<{ digest: Digest; content: string }>(
    'select digest, content from policy_snapshots where tenant_id = $1 and digest = any($2)',
    [tx.tenant, digests],
  );
  return new Map(rows.map((row) => [row.digest, snapshotIn(row)]));
}

function snapshotIn({ digest, content }: { readonly digest: Digest; readonly content: string }): PolicySnapshot {
  if (digestOf(content) !== digest) {
    throw new LanekeeperError('BUNDLE_CORRUPT', {
      message: 'the stored policy snapshot was changed',
      object: `policy snapshot ${digest}`,
      next: 'restore the database from a backup',
    });
  }
  // Its digest proves that it is what snapshotPolicy made.
  return JSON.parse(content) as PolicySnapshot;
}

/** Where the values of a pinned snapshot came from; nothing is known of old ones. */
export async function sourcesOfSnapshot(tx: Transaction, digest: Digest): Promise<readonly ValueSource[]> {
  const rows = await tx.query<{ sources: readonly ValueSource[] }>(
    'select sources from policy_snapshots where tenant_id = $1 and digest = $2',
    [tx.tenant, digest],
  );
  return rows[0]?.sources ?? [];
}

/** A round of gates as it was recorded, without its verdicts. */
export interface StoredRound {
  readonly number: number;
  readonly outcome: RoundOutcome;
  readonly reason: string;
  readonly token: number | undefined;
  readonly recheckAt: Date | undefined;
}

/** A row of `gate_rounds`, as JSON has it. */
export interface RoundRow {
  round: number;
  outcome: RoundOutcome;
  reason: string;
  fencing_token: number | null;
  recheck_at: string | null;
}

/** A subquery: the newest round of the gates of the promotion `p`, as JSON. */
export const newestRoundOf = `(
  select jsonb_build_object('round', r.round, 'outcome', r.outcome, 'reason', r.reason, 'fencing_token', r.fencing_token,
                            'recheck_at', r.recheck_at)
    from gate_rounds r where r.tenant_id = p.tenant_id and r.promotion_id = p.id order by r.round desc limit 1)`;

/** A row as a round. */
export function toRound(row: RoundRow): StoredRound {
  return {
    number: row.round,
    outcome: row.outcome,
    reason: row.reason,
    token: row.fencing_token ?? undefined,
    recheckAt: row.recheck_at === null ? undefined : new Date(row.recheck_at),
  };
}

/** What the newest round of a promotion's gates found. */
export interface RoundResults {
  /** 0 before the first round. */
  readonly number: number;
  readonly evaluatedAt: Date | undefined;
  /** The hold that it was evaluated for. */
  readonly token: number | undefined;
  /** By id. */
  readonly gates: readonly GateResult[];
  readonly notices: readonly Notice[];
}

interface CheckRunRow extends VerdictRow {
  promotion_id: string;
  round: number;
  evaluated_at: Date;
  fencing_token: number | null;
  notices: readonly Notice[];
  /** Null where the snapshot has no gates. */
  gate_id: string | null;
}

/** The columns of `check_runs` that say what a gate said. */
export interface VerdictRow {
  verdict: GateResult['verdict'];
  raw_verdict: RawVerdict | null;
  severity: GateResult['severity'];
  explanation: string;
  next_step: string | null;
  waits_for: WaitsFor | null;
  clauses: readonly Clause[];
  relied_on: readonly string[];
  recheck_at: Date | null;
}

/** Reads the newest round with its verdicts and notices. */
export async function lastRound(tx: Transaction, promotionId: string): Promise<RoundResults> {
  return resultsOf(await roundRows(tx, [promotionId]));
}

/** Reads the newest rounds of several promotions. */
export async function lastRounds(
  tx: Transaction,
  promotionIds: readonly string[],
): Promise<ReadonlyMap<string, RoundResults>> {
  const rows = groupBy(await roundRows(tx, promotionIds), (row) => row.promotion_id);
  return new Map(promotionIds.map((id) => [id, resultsOf(rows.get(id) ?? [])]));
}

function roundRows(tx: Transaction, promotionIds: readonly string[]): Promise<readonly CheckRunRow[]> {
  return tx.query<CheckRunRow>(
    `select p.id as promotion_id, r.round, r.evaluated_at, r.fencing_token, r.notices, c.gate_id, c.verdict, c.raw_verdict, c.severity, c.explanation,
            c.next_step, c.waits_for, c.clauses, c.relied_on, c.recheck_at
       from promotions p
       join gate_rounds r on r.tenant_id = p.tenant_id and r.promotion_id = p.id and r.round = p.gate_round
       left join check_runs c on c.tenant_id = p.tenant_id and c.promotion_id = p.id and c.round = p.gate_round
      where p.tenant_id = $1 and p.id = any($2) order by c.gate_id`,
    [tx.tenant, promotionIds],
  );
}

function resultsOf(rows: readonly CheckRunRow[]): RoundResults {
  return {
    number: rows[0]?.round ?? 0,
    evaluatedAt: rows[0]?.evaluated_at,
    token: rows[0]?.fencing_token ?? undefined,
    gates: rows.flatMap((row) => (row.gate_id === null ? [] : [gateResultOf(row.gate_id, row)])),
    notices: rows[0]?.notices ?? [],
  };
}

/** A row as the result of a gate. */
export function gateResultOf(gate: string, row: VerdictRow): GateResult {
  return {
    gate,
    verdict: row.verdict,
    severity: row.severity,
    explanation: row.explanation,
    reliedOn: row.relied_on.map(parseRef),
    clauses: row.clauses,
    ...(row.raw_verdict !== null && { rawVerdict: row.raw_verdict }),
    ...(row.next_step !== null && { next: row.next_step }),
    ...(row.waits_for !== null && { waitsFor: row.waits_for }),
    ...(row.recheck_at !== null && { recheckAt: row.recheck_at.toISOString() }),
  };
}

/** Since when each gate of a round has had its verdict, in one round after the other. */
export async function gatesSince(
  tx: Transaction,
  promotionId: string,
  round: number,
): Promise<ReadonlyMap<string, Date>> {
  const rows = await tx.query<{ gate_id: string; since: Date }>(
    `select gate_id, min(evaluated_at) as since
       from (select gate_id, verdict, round, evaluated_at,
                    round - row_number() over (partition by gate_id, verdict order by round) as stretch
               from check_runs where tenant_id = $1 and promotion_id = $2) c
      group by gate_id, verdict, stretch having max(round) = $3`,
    [tx.tenant, promotionId, round],
  );
  return new Map(rows.map((row) => [row.gate_id, row.since]));
}
