import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { RunStatus } from '../../core/run/history.js';
import { workflowIds } from '../../core/ids.js';
import type { Transaction } from '../database.js';

/**
 * Records that a run works for a lane. The runs of releases and promotions are recorded by their records themselves. Doing
 * it again changes nothing.
 */
export async function nameLaneRun(tx: Transaction, runId: string, product: string, lane: Lane): Promise<void> {
  await tx.query(
    `insert into runs (tenant_id, id, workflow_id, workflow_type, product, lane) values ($1, $2, $3, 'lane', $4, $5)
     on conflict (tenant_id, id) do nothing`,
    [tx.tenant, runId, workflowIds.lane(tx.tenant, product, lane), product, lane],
  );
}

/** What became of the history of a run. */
export interface NewHistory {
  readonly runId: string;
  /** The run that a record names: this one, or the first of its chain. */
  readonly namedRunId: string;
  readonly outcome:
    | { readonly is: 'KEPT'; readonly digest: Digest; readonly size: number; readonly events: number }
    /** Temporal had forgotten it. */
    | { readonly is: 'GONE' }
    | { readonly is: 'TOO_LARGE' };
  /** How it ended; undefined for one that is gone. */
  readonly end?:
    | {
        readonly status: RunStatus;
        readonly closedAt: Date;
        readonly continuedFrom?: string | undefined;
        readonly continuedAs?: string | undefined;
      }
    | undefined;
}

/** Records what became of a history, the first time; its blob is the tenant's already. @returns whether it was the first */
export async function recordHistory(
  tx: Transaction,
  { runId, namedRunId, outcome, end }: NewHistory,
): Promise<boolean> {
  const kept = outcome.is === 'KEPT' ? outcome : undefined;
  const rows = await tx.query(
    `insert into run_histories (tenant_id, run_id, named_run_id, outcome, status, closed_at, continued_from, continued_as,
       events, size, digest)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (tenant_id, run_id) do nothing returning run_id`,
    [
      ...[tx.tenant, runId, namedRunId, outcome.is, end?.status ?? null, end?.closedAt ?? null],
      ...[end?.continuedFrom ?? null, end?.continuedAs ?? null],
      ...[kept?.events ?? null, kept?.size ?? null, kept?.digest ?? null],
    ],
  );
  if (rows.length === 0) return false;
  if (end?.continuedAs === undefined || end.continuedAs === '')
    await tx.query(
      'update runs set settled_at = clock_timestamp() where tenant_id = $1 and id = $2 and settled_at is null',
      [tx.tenant, namedRunId],
    );
  return true;
}

/** Records up to which instant every run that has closed is accounted for; it never goes back. */
export async function moveHistoryCursor(tx: Transaction, closedTo: Date): Promise<void> {
  await tx.query(
    `insert into history_cursors (tenant_id, closed_to) values ($1, $2)
     on conflict (tenant_id) do update set closed_to = excluded.closed_to
       where history_cursors.closed_to < excluded.closed_to`,
    [tx.tenant, closedTo],
  );
}
