import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { Priority } from '../../core/promotion/schedule.js';
import type { Ending, PromotionKind, PromotionPhase, StepError } from '../../core/promotion/state.js';
import type { Standing } from '../../core/promotion/standing.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';

/** A promotion as PostgreSQL knows it. */
export interface StoredPromotion {
  /** Its own id: the run that works for it can be replaced. */
  readonly id: string;
  readonly workflowId: string;
  /** First run id of the chain of runs that works for it at present; signals are addressed to that. */
  readonly firstRunId: string;
  readonly product: string;
  readonly lane: Lane;
  readonly bundle: Digest;
  readonly kind: PromotionKind;
  readonly state: PromotionPhase;
  /** While it is LIVE. */
  readonly standing: Standing | null;
  readonly reason: string | null;
  readonly error: StepError | null;
  readonly requester: string | null;
  /** When it may take its lane at the earliest, and when it has to have begun to deploy, if its request says so. */
  readonly startsAt: Date | null;
  readonly notAfter: Date | null;
  readonly priority: Priority;
  readonly policyDigest: Digest;
  /** The promotion definition that it runs, as `name@version`; null in old records. */
  readonly definition: string | null;
  /** The versions of the rules that its gates come from, as `kind/name@version`; null in old records. */
  readonly policySources: readonly string[] | null;
  readonly gateRound: number;
  readonly queuedAt: Date | null;
  readonly switched: boolean;
  /** Rises with every retry. */
  readonly attempt: number;
  /** When an ERRORED promotion that has switched is reverted without a person. */
  readonly giveUpAt: Date | null;
  readonly ending: Ending | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly liveAt: Date | null;
  readonly endedAt: Date | null;
}

/** A promotion with the commit of its bundle. */
export interface ListedPromotion extends StoredPromotion {
  readonly revision: string;
}

/** A row of `promotions`. */
export interface PromotionRow {
  id: string;
  workflow_id: string;
  first_run_id: string;
  product: string;
  lane: Lane;
  bundle_digest: Digest;
  kind: PromotionKind;
  state: PromotionPhase;
  standing: Standing | null;
  reason: string | null;
  error: StepError | null;
  requester: string | null;
  starts_at: Date | null;
  not_after: Date | null;
  priority: Priority;
  policy_digest: Digest;
  definition: string | null;
  policy_sources: readonly string[] | null;
  gate_round: number;
  queued_at: Date | null;
  switched: boolean;
  attempt: number;
  give_up_at: Date | null;
  ending_state: Ending['phase'] | null;
  ending_reason: string | null;
  created_at: Date;
  updated_at: Date;
  live_at: Date | null;
  ended_at: Date | null;
}

/** A row of `promotions` with the commit of its bundle: what `listedColumns` selects. */
export type ListedRow = PromotionRow & { readonly revision: string | null };

/** The columns of a `ListedRow`, from `promotions p`. */
export const listedColumns =
  '(select b.revision from bundles b where b.tenant_id = p.tenant_id and b.digest = p.bundle_digest) as revision, p.*';

/** A promotion by id. @throws UNKNOWN_PROMOTION */
export async function requirePromotion(tx: Transaction, id: string): Promise<StoredPromotion> {
  const rows = await tx.query<PromotionRow>('select * from promotions where tenant_id = $1 and id = $2', [
    tx.tenant,
    id,
  ]);
  if (rows[0] === undefined) throw unknownPromotion(id);
  return toPromotion(rows[0]);
}

/** For how long a promotion has been in its phase, in milliseconds, by the clock of the database. */
export async function msSinceLastMove(tx: Transaction, id: string): Promise<number> {
  const [row] = await tx.query<{ ms: number }>(
    `select (extract(epoch from clock_timestamp() - updated_at) * 1000)::float8 as ms
       from promotions where tenant_id = $1 and id = $2`,
    [tx.tenant, id],
  );
  return row?.ms ?? 0;
}

/** The error for an id that no promotion has. */
export function unknownPromotion(id: string): LanekeeperError {
  return new LanekeeperError('UNKNOWN_PROMOTION', {
    message: `there is no promotion ${shortId(id)}`,
    object: `promotion ${id}`,
    next: 'lane get promotions lists them',
  });
}

/** A promotion by its full id, with the commit of its bundle. @throws UNKNOWN_PROMOTION */
export async function readPromotion(tx: Transaction, id: string): Promise<ListedPromotion> {
  const rows = await tx.query<ListedRow>(
    `select ${listedColumns} from promotions p where p.tenant_id = $1 and p.id = $2`,
    [tx.tenant, id],
  );
  return rows[0] === undefined ? { ...(await requirePromotion(tx, id)), revision: '' } : toListed(rows[0]);
}

/** The promotion that a chain of runs works for. */
export async function promotionOfRun(tx: Transaction, firstRunId: string): Promise<StoredPromotion | undefined> {
  const rows = await tx.query<PromotionRow>('select * from promotions where tenant_id = $1 and first_run_id = $2', [
    tx.tenant,
    firstRunId,
  ]);
  return rows[0] === undefined ? undefined : toPromotion(rows[0]);
}

/** The promotion of a workflow id that has not ended. */
export async function openPromotionOf(tx: Transaction, workflowId: string): Promise<StoredPromotion | undefined> {
  const rows = await tx.query<PromotionRow>(
    'select * from promotions where tenant_id = $1 and workflow_id = $2 and ended_at is null',
    [tx.tenant, workflowId],
  );
  return rows[0] === undefined ? undefined : toPromotion(rows[0]);
}

/** Promotions that hold a lane: their runs must not be missing. */
export async function holders(tx: Transaction): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select p.* from lanes l join promotions p on p.tenant_id = l.tenant_id and p.id = l.holder_promotion_id
      where l.tenant_id = $1`,
    [tx.tenant],
  );
  return rows.map(toPromotion);
}

/** Promotions that have not ended, in the order of their ids, after one of them. */
export async function openPromotionsAfter(
  tx: Transaction,
  after: string,
  limit: number,
): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    'select * from promotions where tenant_id = $1 and id > $2 and ended_at is null order by id limit $3',
    [tx.tenant, after, limit],
  );
  return rows.map(toPromotion);
}

/** Promotions that wait for their gates: of a bundle, of a product's lane, or of the whole tenant. */
export async function gatingPromotions(
  tx: Transaction,
  { bundle, product, lane }: { readonly bundle?: Digest; readonly product?: string; readonly lane?: Lane },
): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select * from promotions
      where tenant_id = $1 and state in ('GATING', 'AWAITING_APPROVAL') and ($2::text is null or bundle_digest = $2)
        and ($3::text is null or product = $3) and ($4::text is null or lane = $4)`,
    [tx.tenant, bundle ?? null, product ?? null, lane ?? null],
    growsWithData,
  );
  return rows.map(toPromotion);
}

/** The promotions that wait for their gates or for their lane. */
export async function promotionsWithoutLane(tx: Transaction): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select * from promotions where tenant_id = $1 and state in ('GATING', 'AWAITING_APPROVAL', 'QUEUED')`,
    [tx.tenant],
    growsWithData,
  );
  return rows.map(toPromotion);
}

/** The promotions that have not begun to deploy: of a product, or of all. */
export async function promotionsBeforeDeploy(tx: Transaction, product?: string): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    `select * from promotions
      where tenant_id = $1 and state in ('GATING', 'AWAITING_APPROVAL', 'QUEUED', 'GUARDING')
        and ($2::text is null or product = $2)`,
    [tx.tenant, product ?? null],
    growsWithData,
  );
  return rows.map(toPromotion);
}

/** The promotions of a bundle that have not ended, live ones included. */
export async function openPromotionsWith(tx: Transaction, bundle: Digest): Promise<readonly StoredPromotion[]> {
  const rows = await tx.query<PromotionRow>(
    'select * from promotions where tenant_id = $1 and bundle_digest = $2 and ended_at is null',
    [tx.tenant, bundle],
  );
  return rows.map(toPromotion);
}

/** A string that changes whenever the promotion, its gates or its events change. */
export async function promotionVersion(tx: Transaction, promotionId: string): Promise<string> {
  const rows = await tx.query<{ version: string }>(
    `select concat_ws('/', p.updated_at, p.gate_round,
                      (select max(event_id) from event_subjects
                        where tenant_id = $1 and kind = 'promotion' and id = $2)) as version
       from promotions p where p.tenant_id = $1 and p.id = $2`,
    [tx.tenant, promotionId],
  );
  return rows[0]?.version ?? '';
}

/** A row as a record. */
export function toPromotion(row: PromotionRow): StoredPromotion {
  return {
    id: row.id,
    workflowId: row.workflow_id,
    firstRunId: row.first_run_id,
    product: row.product,
    lane: row.lane,
    bundle: row.bundle_digest,
    kind: row.kind,
    state: row.state,
    standing: row.standing,
    reason: row.reason,
    error: row.error,
    requester: row.requester,
    startsAt: row.starts_at,
    notAfter: row.not_after,
    priority: row.priority,
    policyDigest: row.policy_digest,
    definition: row.definition,
    policySources: row.policy_sources,
    gateRound: row.gate_round,
    queuedAt: row.queued_at,
    switched: row.switched,
    attempt: row.attempt,
    giveUpAt: row.give_up_at,
    ending: row.ending_state === null ? null : { phase: row.ending_state, reason: row.ending_reason ?? '' },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    liveAt: row.live_at,
    endedAt: row.ended_at,
  };
}

/** A row as a record, with its commit. */
export function toListed(row: ListedRow): ListedPromotion {
  return { ...toPromotion(row), revision: row.revision ?? '' };
}
