import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { laneHistory } from './history.js';

/** A lane of a product, as it stands now. */
export interface LaneView {
  readonly product: string;
  readonly lane: Lane;
  readonly live:
    { readonly bundle: Digest; readonly revision: string; readonly promotionId: string; readonly at: Date } | undefined;
  readonly previous: Digest | undefined;
  readonly holder: string | null;
  readonly fencingToken: number;
  readonly queued: readonly string[];
  readonly serving:
    | {
        readonly status: 'STARTING' | 'SERVING' | 'FAILED';
        readonly detail: string | null;
        readonly bundle: Digest | null;
      }
    | undefined;
  readonly endpoints: readonly { readonly service: string; readonly port: number }[];
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
  const queued = await tx.query<{ id: string; workflow_id: string; queued_at: Date }>(
    `select id, workflow_id, queued_at from promotions where tenant_id = $1 and product = $2 and lane = $3 and state = 'QUEUED'
       and id is distinct from $4
      order by kind = 'ROLLBACK' desc, queued_at, id`,
    [...key, hold?.id ?? null],
  );
  return {
    holder:
      hold === undefined || hold.id === null
        ? null
        : { promotionId: hold.id, workflowId: hold.workflow_id, firstRunId: hold.first_run_id },
    fencingToken: hold?.fencing_token ?? 0,
    queued: queued.map((row) => ({ id: row.id, workflowId: row.workflow_id, since: row.queued_at })),
  };
}

/** The state of one lane. */
export async function readLane(tx: Transaction, product: string, lane: Lane): Promise<LaneView> {
  const [top, before] = await laneHistory(tx, product, lane);
  const key = [tx.tenant, product, lane] as const;
  const queue = await readQueue(tx, product, lane);
  const [seen] = await tx.query<{
    status: 'STARTING' | 'SERVING' | 'FAILED';
    detail: string | null;
    served_bundle_digest: Digest | null;
  }>(
    `select status, detail, served_bundle_digest
       from alias_observations where tenant_id = $1 and product = $2 and lane = $3`,
    key,
  );
  const endpoints = await tx.query<{ service: string; port: number }>(
    'select service, port from lane_targets where tenant_id = $1 and product = $2 and lane = $3 order by port',
    key,
  );
  const revision = top === undefined ? '' : await revisionOf(tx, top.bundle);
  return {
    product,
    lane,
    live:
      top === undefined ? undefined : { bundle: top.bundle, revision, promotionId: top.promotionId, at: top.liveAt },
    previous: before?.bundle,
    holder: queue.holder?.promotionId ?? null,
    fencingToken: queue.fencingToken,
    queued: queue.queued.map(({ id }) => id),
    serving:
      seen === undefined ? undefined : { status: seen.status, detail: seen.detail, bundle: seen.served_bundle_digest },
    endpoints,
  };
}

async function revisionOf(tx: Transaction, bundle: Digest): Promise<string> {
  const rows = await tx.query<{ revision: string }>(
    'select revision from bundles where tenant_id = $1 and digest = $2',
    [tx.tenant, bundle],
  );
  return rows[0]?.revision ?? '';
}
