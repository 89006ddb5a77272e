import type { Transaction } from '../database.js';

/** A run that Temporal has shown, of which nothing is believed. */
export interface SeenRun {
  readonly workflowId: string;
  readonly runId: string;
  /** The first run of its chain, once that was asked. */
  readonly firstRunId?: string | undefined;
}

/**
 * What PostgreSQL knows of a run. `recorded`: what became of its history is on record. `named`: a record names it, or the
 * first run of its chain. `sameWorkflow`: records name other runs of its workflow, so that it may belong to one of their
 * chains. `unknown`: no record names any run of its workflow.
 */
export type Knowledge =
  { readonly is: 'recorded' | 'sameWorkflow' | 'unknown' } | { readonly is: 'named'; readonly namedRunId: string };

/** What is known of each run, in the given order. */
export async function whatIsKnownOf(tx: Transaction, runs: readonly SeenRun[]): Promise<readonly Knowledge[]> {
  const rows = await tx.query<{ is_recorded: boolean; named: string | null; has_others: boolean }>(
    `select exists (select 1 from run_histories h where h.tenant_id = $1 and h.run_id = s.run_id) as is_recorded,
            (select r.id from runs r
              where r.tenant_id = $1 and r.id in (s.run_id, s.first_run_id) and r.workflow_id = s.workflow_id
              order by r.id = s.run_id desc limit 1) as named,
            exists (select 1 from runs r where r.tenant_id = $1 and r.workflow_id = s.workflow_id) as has_others
       from unnest($2::text[], $3::text[], $4::text[]) with ordinality as s (workflow_id, run_id, first_run_id, place)
      order by place`,
    [
      tx.tenant,
      runs.map(({ workflowId }) => workflowId),
      runs.map(({ runId }) => runId),
      runs.map(({ firstRunId }) => firstRunId ?? null),
    ],
  );
  return rows.map((row) => {
    if (row.is_recorded) return { is: 'recorded' };
    if (row.named !== null) return { is: 'named', namedRunId: row.named };
    return { is: row.has_others ? 'sameWorkflow' : 'unknown' };
  });
}

/** How many bytes of histories of a workflow id were kept in the last day. */
export async function keptInADay(tx: Transaction, workflowId: string): Promise<number> {
  const rows = await tx.query<{ size: number }>(
    `select coalesce(sum(h.size), 0)::bigint as size
       from runs r join run_histories h on h.tenant_id = r.tenant_id and h.named_run_id = r.id
      where r.tenant_id = $1 and r.workflow_id = $2 and h.recorded_at > now() - interval '1 day'`,
    [tx.tenant, workflowId],
  );
  return rows[0]?.size ?? 0;
}

/**
 * Chains of runs whose end is not on record although their record has ended, works with another run, or, for a lane, has
 * had another run since; each with the next run of it to look at. In the order of their ids, after one.
 */
export async function overdueRuns(tx: Transaction, after: string, limit: number): Promise<readonly OverdueRun[]> {
  const rows = await tx.query<{ id: string; workflow_id: string; run_id: string }>(
    `select r.id, r.workflow_id, coalesce(
              (select h.continued_as from run_histories h
                where h.tenant_id = r.tenant_id and h.named_run_id = r.id and h.continued_as is not null
                  and not exists (select 1 from run_histories n where n.tenant_id = h.tenant_id and n.run_id = h.continued_as)
                order by h.closed_at desc limit 1), r.id) as run_id
       from runs r
       left join promotions p on p.tenant_id = r.tenant_id and p.id = r.promotion_id
       left join releases b on b.tenant_id = r.tenant_id and b.id = r.release_id
      where r.tenant_id = $1 and r.settled_at is null and r.id > $2 and r.recorded_at < now() - $4::interval
        and (p.ended_at < now() - $4::interval or p.first_run_id <> r.id or b.ended_at < now() - $4::interval
          or (r.workflow_type = 'lane' and exists (select 1 from runs n
                where n.tenant_id = r.tenant_id and n.workflow_id = r.workflow_id and n.recorded_at > r.recorded_at)))
      order by r.id limit $3`,
    [tx.tenant, after, limit, overdueAfter],
  );
  return rows.map((row) => ({ id: row.id, workflowId: row.workflow_id, runId: row.run_id }));
}

/** How long the end of a run is given to be seen by itself. */
const overdueAfter = '10 minutes';

/** A chain whose end should be on record, and the run of it to look at. */
export interface OverdueRun {
  /** The run that a record names. */
  readonly id: string;
  readonly workflowId: string;
  readonly runId: string;
}

/** Up to which instant every run that has closed is accounted for; undefined while that was never said. */
export async function readHistoryCursor(tx: Transaction): Promise<Date | undefined> {
  const rows = await tx.query<{ closed_to: Date }>('select closed_to from history_cursors where tenant_id = $1', [
    tx.tenant,
  ]);
  return rows[0]?.closed_to;
}
