import type { Digest } from '../../core/digest.js';
import { inOrder, type Waiting } from '../../core/lane/arbitrate.js';
import type { Lane } from '../../core/lanes.js';
import type { PromotionKind, PromotionPhase } from '../../core/promotion/state.js';
import type { Standing } from '../../core/promotion/standing.js';
import type { Transaction } from '../database.js';
import { notRecalled } from './history.js';

/** A lane of a product, as it stands now. */
export interface LaneView {
  readonly product: string;
  readonly lane: Lane;
  readonly live:
    | {
        readonly bundle: Digest;
        readonly revision: string;
        readonly promotionId: string;
        readonly at: Date;
        readonly standing: Standing | null;
        /** Why it stands as it does. */
        readonly reason: string | null;
        readonly requester: string | null;
      }
    | undefined;
  readonly previous: Digest | undefined;
  readonly holder: string | null;
  readonly fencingToken: number;
  readonly queued: readonly string[];
  /** What is on its way into the lane, the oldest first. */
  readonly open: readonly OpenPromotion[];
  readonly serving:
    | {
        readonly status: 'STARTING' | 'SERVING' | 'FAILED';
        readonly detail: string | null;
        readonly bundle: Digest | null;
      }
    | undefined;
  readonly endpoints: readonly { readonly service: string; readonly port: number }[];
}

/** A promotion on its way into a lane, as the board shows it. */
export interface OpenPromotion {
  readonly id: string;
  readonly bundle: Digest;
  readonly revision: string;
  readonly kind: PromotionKind;
  readonly state: PromotionPhase;
  readonly reason: string | null;
  readonly requester: string | null;
  readonly updatedAt: Date;
}

/** Who holds a lane, and who waits for it, in order. */
export interface LaneQueue {
  readonly holder: { readonly promotionId: string; readonly workflowId: string; readonly firstRunId: string } | null;
  readonly fencingToken: number;
  /** Promotions that wait, the next one first. */
  readonly queued: readonly QueuedPromotion[];
}

/** A promotion that waits for its lane. */
export interface QueuedPromotion {
  readonly id: string;
  readonly workflowId: string;
  readonly since: Date;
}

/** The holder and the queue of a lane. */
export async function readQueue(tx: Transaction, product: string, lane: Lane): Promise<LaneQueue> {
  const key = [tx.tenant, product, lane] as const;
  const [hold] = await tx.query<{
    id: string | null;
    workflow_id: string;
    first_run_id: string;
    fencing_token: number;
  }>(
    `select p.id, p.workflow_id, p.first_run_id, l.fencing_token
       from lanes l left join promotions p on p.tenant_id = l.tenant_id and p.id = l.holder_promotion_id
      where l.tenant_id = $1 and l.product = $2 and l.lane = $3`,
    key,
  );
  const rows = await tx.query<
    Pick<Waiting, 'id' | 'kind' | 'priority'> & { workflow_id: string; queued_at: Date; now: Date }
  >(
    `select id, workflow_id, kind, priority, queued_at, clock_timestamp() as now from promotions where tenant_id = $1 and product = $2 and lane = $3 and state = 'QUEUED'
       and id is distinct from $4`,
    [...key, hold?.id ?? null],
  );
  return {
    holder:
      hold === undefined || hold.id === null
        ? null
        : { promotionId: hold.id, workflowId: hold.workflow_id, firstRunId: hold.first_run_id },
    fencingToken: hold?.fencing_token ?? 0,
    queued: inOrder(
      rows.map(({ workflow_id, queued_at, ...row }) => ({ ...row, workflowId: workflow_id, queuedAt: queued_at })),
      rows[0]?.now ?? new Date(0),
    ).map(({ id, workflowId, queuedAt }) => ({ id, workflowId, since: queuedAt })),
  };
}

/** A row of `laneViewsOf`. */
export interface LaneViewRow {
  product: string;
  lane: Lane;
  bundle: Digest | null;
  revision: string;
  promotion_id: string;
  live_at: Date;
  standing: Standing | null;
  reason: string | null;
  requester: string | null;
  open: (Omit<OpenPromotion, 'updatedAt'> & { readonly updatedAtMs: number })[];
  previous: Digest | null;
  holder: string | null;
  fencing_token: number;
  queued: (Pick<Waiting, 'id' | 'kind' | 'priority'> & { readonly queuedAtMs: number })[];
  read_at: Date;
  status: 'STARTING' | 'SERVING' | 'FAILED' | null;
  detail: string | null;
  served_bundle_digest: Digest | null;
  endpoints: { readonly service: string; readonly port: number }[];
}

/** The state of lanes in one query. `$1` is the tenant, `wanted` a query for the products and lanes. */
export function laneViewsOf(wanted: string): string {
  return `
    select w.product, w.lane, live.bundle_digest as bundle, coalesce(b.revision, '') as revision, live.promotion_id,
           live.live_at, stands.standing, stands.reason, stands.requester, before.bundle_digest as previous, l.holder_promotion_id as holder,
           coalesce(l.fencing_token, 0) as fencing_token,
           (select coalesce(jsonb_agg(jsonb_build_object('id', q.id, 'kind', q.kind, 'priority', q.priority,
                     'queuedAtMs', extract(epoch from q.queued_at) * 1000)), '[]')
              from promotions q
             where q.tenant_id = $1 and q.product = w.product and q.lane = w.lane and q.state = 'QUEUED'
               and q.ended_at is null and q.id is distinct from l.holder_promotion_id) as queued,
           clock_timestamp() as read_at,
           (select coalesce(jsonb_agg(jsonb_build_object(
                     'id', o.id, 'bundle', o.bundle_digest, 'revision', coalesce(ob.revision, ''), 'kind', o.kind, 'state', o.state,
                     'reason', o.reason, 'requester', o.requester, 'updatedAtMs', extract(epoch from o.updated_at) * 1000)
                     order by o.created_at, o.id), '[]')
              from promotions o
              left join bundles ob on ob.tenant_id = $1 and ob.digest = o.bundle_digest
             where o.tenant_id = $1 and o.product = w.product and o.lane = w.lane
               and o.ended_at is null and o.state <> 'LIVE') as open,
           seen.status, seen.detail, seen.served_bundle_digest,
           (select coalesce(jsonb_agg(jsonb_build_object('service', t.service, 'port', t.port) order by t.port), '[]')
              from lane_targets t where t.tenant_id = $1 and t.product = w.product and t.lane = w.lane) as endpoints
      from (${wanted}) as w (product, lane)
      left join lateral (
        select h.bundle_digest, h.promotion_id, h.live_at, h.position from lane_history h
         where h.tenant_id = $1 and h.product = w.product and h.lane = w.lane and h.withdrawn_by is null
         order by h.position desc limit 1) live on true
      left join lateral (
        select h.bundle_digest from lane_history h
         where h.tenant_id = $1 and h.product = w.product and h.lane = w.lane and h.withdrawn_by is null
           and h.position < live.position and ${notRecalled}
         order by h.position desc limit 1) before on true
      left join promotions stands on stands.tenant_id = $1 and stands.id = live.promotion_id
      left join bundles b on b.tenant_id = $1 and b.digest = live.bundle_digest
      left join lanes l on l.tenant_id = $1 and l.product = w.product and l.lane = w.lane
      left join alias_observations seen on seen.tenant_id = $1 and seen.product = w.product and seen.lane = w.lane`;
}

/** A row as a record. */
export function toLaneView(row: LaneViewRow): LaneView {
  const { bundle, revision, promotion_id: promotionId, live_at: at, standing, reason, requester } = row;
  return {
    product: row.product,
    lane: row.lane,
    live: bundle === null ? undefined : { bundle, revision, promotionId, at, standing, reason, requester },
    previous: row.previous ?? undefined,
    holder: row.holder,
    fencingToken: row.fencing_token,
    queued: inOrder(
      row.queued.map(({ queuedAtMs, ...each }) => ({ ...each, queuedAt: new Date(queuedAtMs) })),
      row.read_at,
    ).map(({ id }) => id),
    open: row.open.map(({ updatedAtMs, ...open }) => ({ ...open, updatedAt: new Date(updatedAtMs) })),
    serving:
      row.status === null ? undefined : { status: row.status, detail: row.detail, bundle: row.served_bundle_digest },
    endpoints: row.endpoints,
  };
}

/** The state of one lane. */
export async function readLane(tx: Transaction, product: string, lane: Lane): Promise<LaneView> {
  const rows = await tx.query<LaneViewRow>(laneViewsOf('select $2::text, $3::text'), [tx.tenant, product, lane]);
  return toLaneView(rows[0] as LaneViewRow);
}
