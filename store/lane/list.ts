import type { Digest } from '../../core/digest.js';
import { lanes, type Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { laneHistory } from './history.js';
import { listProducts } from '../product/list.js';

/** A lane of a product, as it stands now. */
export interface LaneView {
  readonly product: string;
  readonly lane: Lane;
  readonly live: { readonly bundle: Digest; readonly revision: string; readonly promotionId: string; readonly at: Date } | undefined;
  readonly previous: Digest | undefined;
  readonly holder: string | null;
  readonly fencingToken: number;
  readonly queued: readonly string[];
  readonly serving: { readonly status: 'STARTING' | 'SERVING' | 'FAILED'; readonly detail: string | null; readonly bundle: Digest | null } | undefined;
  readonly endpoints: readonly { readonly service: string; readonly port: number }[];
}

/** How the lanes stand: of one product, or of all where `product` is empty. By product, lowest lane first. */
export async function listLanes(tx: Transaction, product: string): Promise<readonly LaneView[]> {
  const products = product === '' ? (await listProducts(tx)).map((each) => each.name) : [product];
  const views: LaneView[] = [];
  for (const name of products) for (const lane of lanes) views.push(await readLane(tx, name, lane));
  return views;
}

/** How one lane stands. */
export async function readLane(tx: Transaction, product: string, lane: Lane): Promise<LaneView> {
  const [top, before] = await laneHistory(tx, product, lane);
  const key = [tx.tenant, product, lane] as const;
  const [hold] = await tx.query<{ holder_promotion_id: string | null; fencing_token: number }>(
    'select holder_promotion_id, fencing_token from lanes where tenant_id = $1 and product = $2 and lane = $3',
    key,
  );
  const queued = await tx.query<{ id: string }>(
    `select id from promotions where tenant_id = $1 and product = $2 and lane = $3 and state = 'QUEUED' and id is distinct from $4
      order by kind = 'ROLLBACK' desc, queued_at, id`,
    [...key, hold?.holder_promotion_id ?? null],
  );
  const [seen] = await tx.query<{ status: 'STARTING' | 'SERVING' | 'FAILED'; detail: string | null; served_bundle_digest: Digest | null }>(
    'select status, detail, served_bundle_digest from alias_observations where tenant_id = $1 and product = $2 and lane = $3',
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
    live: top === undefined ? undefined : { bundle: top.bundle, revision, promotionId: top.promotionId, at: top.liveAt },
    previous: before?.bundle,
    holder: hold?.holder_promotion_id ?? null,
    fencingToken: hold?.fencing_token ?? 0,
    queued: queued.map((row) => row.id),
    serving: seen === undefined ? undefined : { status: seen.status, detail: seen.detail, bundle: seen.served_bundle_digest },
    endpoints,
  };
}

async function revisionOf(tx: Transaction, bundle: Digest): Promise<string> {
  const rows = await tx.query<{ revision: string }>('select revision from bundles where tenant_id = $1 and digest = $2', [tx.tenant, bundle]);
  return rows[0]?.revision ?? '';
}
