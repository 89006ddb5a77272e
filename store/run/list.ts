import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { HistoryOutcome, RunStatus } from '../../core/run/history.js';
import type { Transaction } from '../database.js';
import { type Page, type PageRequest, pagedSql, pageOf, placeOf, type PlacedRow } from '../page.js';
import { growsWithData } from '../prepared.js';

/** The history of a run, or that one is awaited. */
export interface RunHistory {
  readonly runId: string;
  readonly workflowId: string;
  readonly workflowType: 'release' | 'promotion' | 'lane';
  readonly product: string;
  readonly lane: Lane | null;
  readonly releaseId: string | null;
  readonly promotionId: string | null;
  /** `AWAITED` until something is on record. */
  readonly state: HistoryOutcome | 'AWAITED';
  readonly status: RunStatus | null;
  readonly closedAt: Date | null;
  readonly continuedFrom: string | null;
  readonly continuedAs: string | null;
  readonly events: number | null;
  readonly size: number | null;
  readonly digest: Digest | null;
  readonly recordedAt: Date | null;
}

/** What runs have worked for. */
export type WorkedFor =
  { readonly promotionId: string } | { readonly releaseId: string } | { readonly product: string; readonly lane: Lane };

interface HistoryRow {
  run_id: string;
  workflow_id: string;
  workflow_type: RunHistory['workflowType'];
  product: string;
  lane: Lane | null;
  release_id: string | null;
  promotion_id: string | null;
  outcome: HistoryOutcome | null;
  status: RunStatus | null;
  closed_at: Date | null;
  continued_from: string | null;
  continued_as: string | null;
  events: number | null;
  size: number | null;
  digest: Digest | null;
  recorded_at: Date | null;
}

/** The histories that are on record, and one for each named run of which none is. */
const histories = `(
    select r.tenant_id, coalesce(x.run_id, r.id) as run_id, r.workflow_id, r.workflow_type, r.product, r.lane, r.release_id,
           r.promotion_id, x.outcome, x.status, x.closed_at, x.continued_from, x.continued_as, x.events, x.size, x.digest,
           x.recorded_at, coalesce(x.closed_at, x.recorded_at, r.recorded_at) as placed_at
      from runs r left join run_histories x on x.tenant_id = r.tenant_id and x.named_run_id = r.id) h`;

/** The histories of the runs that have worked for something, newest first. */
export async function listRunHistories(
  tx: Transaction,
  workedFor: WorkedFor,
  request: PageRequest,
): Promise<Page<RunHistory>> {
  const { time, id, limit } = placeOf(request);
  const [where, values] = conditionOf(workedFor);
  const rows = await tx.query<HistoryRow & PlacedRow>(
    pagedSql({ from: histories, select: 'h.*', time: 'h.placed_at', id: 'h.run_id', where }),
    [tx.tenant, time, id, limit, ...values],
    growsWithData,
  );
  return pageOf(rows, limit, toRunHistory);
}

/** The history of one run, by its whole id; undefined when no record names the run or its chain. */
export async function findRunHistory(tx: Transaction, runId: string): Promise<RunHistory | undefined> {
  const rows = await tx.query<HistoryRow>(`select h.* from ${histories} where h.tenant_id = $1 and h.run_id = $2`, [
    tx.tenant,
    runId,
  ]);
  return rows[0] === undefined ? undefined : toRunHistory(rows[0]);
}

function conditionOf(workedFor: WorkedFor): readonly [string, readonly string[]] {
  if ('promotionId' in workedFor) return ['h.promotion_id = $5', [workedFor.promotionId]];
  if ('releaseId' in workedFor) return ['h.release_id = $5', [workedFor.releaseId]];
  return ["h.workflow_type = 'lane' and h.product = $5 and h.lane = $6", [workedFor.product, workedFor.lane]];
}

function toRunHistory(row: HistoryRow): RunHistory {
  return {
    runId: row.run_id,
    workflowId: row.workflow_id,
    workflowType: row.workflow_type,
    product: row.product,
    lane: row.lane,
    releaseId: row.release_id,
    promotionId: row.promotion_id,
    state: row.outcome ?? 'AWAITED',
    status: row.status,
    closedAt: row.closed_at,
    continuedFrom: row.continued_from,
    continuedAs: row.continued_as,
    events: row.events,
    size: row.size,
    digest: row.digest,
    recordedAt: row.recorded_at,
  };
}
