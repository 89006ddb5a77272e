import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { parseManifest } from '../../core/release/manifest.js';
import type { Transaction } from '../database.js';
import { requireBundle } from '../bundle/write.js';
import { laneHistory } from '../lane/history.js';
import { requireHold } from '../lane/hold.js';
import { appendEvent } from '../event/write.js';

/** The channel on which the router is told of a switch. Rare, so that the lock NOTIFY takes at commit does not matter. */
export const aliasChannel = 'lane_alias';

/** One service of a bundle as a lane runs it. */
export interface AliasService {
  readonly name: string;
  readonly imageDigest: Digest;
  /** Whether it has a port of its own in the lane. */
  readonly route: boolean;
}

/** What a lane shall serve. */
export interface AliasTarget {
  readonly bundle: Digest;
  readonly revision: string;
  readonly services: readonly AliasService[];
}

interface SwitchOrder {
  readonly product: string;
  readonly lane: Lane;
  readonly promotionId: string;
  readonly fencingToken: number;
  readonly idempotencyKey: string;
}

/**
 * Points a lane to a bundle. The same key again returns the same generation and changes nothing.
 *
 * @returns the generation the router has to reach
 * @throws STALE_FENCING_TOKEN
 */
export async function switchAlias(tx: Transaction, order: SwitchOrder & AliasTarget): Promise<number> {
  const known = await knownSwitch(tx, order.idempotencyKey);
  if (known !== undefined) return known;
  await requireHold(tx, { id: order.promotionId, product: order.product, lane: order.lane }, order.fencingToken);
  return pointAlias(tx, order, order);
}

/**
 * Points a lane back to what its history says is live; to nothing when nothing has been. Does nothing when the lane already points there.
 *
 * @returns the generation to wait for, or undefined when there is nothing to do
 */
export async function pointAliasToLive(tx: Transaction, order: SwitchOrder): Promise<number | undefined> {
  const known = await knownSwitch(tx, order.idempotencyKey);
  if (known !== undefined) return known;
  const alias = await readAlias(tx, order.product, order.lane);
  const [live] = await laneHistory(tx, order.product, order.lane, 1);
  if (alias === undefined || alias.bundle === live?.bundle) return undefined;
  const services = live === undefined ? undefined : await servicesOf(tx, live.bundle);
  return pointAlias(tx, order, services ?? { bundle: alias.bundle, revision: alias.revision, services: [] });
}

/** The services of a sealed bundle, from its manifest. */
export async function servicesOf(tx: Transaction, digest: Digest): Promise<AliasTarget> {
  const bundle = await requireBundle(tx, digest);
  const services = parseManifest(bundle.manifest).images.map((image) => ({ name: image.service, imageDigest: image.digest, route: image.route }));
  return { bundle: digest, revision: bundle.revision, services };
}

async function knownSwitch(tx: Transaction, key: string): Promise<number | undefined> {
  const rows = await tx.query<{ generation: number }>('select generation from alias_switches where tenant_id = $1 and idempotency_key = $2', [tx.tenant, key]);
  return rows[0]?.generation;
}

async function pointAlias(tx: Transaction, order: SwitchOrder, target: AliasTarget): Promise<number> {
  const rows = await tx.query<{ generation: number }>(
    `insert into lane_aliases (tenant_id, product, lane, generation, bundle_digest, revision, services, fencing_token, promotion_id)
     values ($1, $2, $3, 1, $4, $5, $6, $7, $8)
     on conflict (tenant_id, product, lane) do update
       set generation = lane_aliases.generation + 1, bundle_digest = excluded.bundle_digest, revision = excluded.revision,
           services = excluded.services, fencing_token = excluded.fencing_token, promotion_id = excluded.promotion_id, switched_at = now()
     returning generation`,
    [tx.tenant, order.product, order.lane, target.bundle, target.revision, JSON.stringify(target.services), order.fencingToken, order.promotionId],
  );
  const generation = (rows[0] as { generation: number }).generation;
  await tx.query(
    `insert into alias_switches (tenant_id, idempotency_key, product, lane, generation, bundle_digest, promotion_id, fencing_token)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [tx.tenant, order.idempotencyKey, order.product, order.lane, generation, target.bundle, order.promotionId, order.fencingToken],
  );
  await appendEvent(tx, {
    type: 'alias.switched',
    product: order.product,
    lane: order.lane,
    bundleDigest: target.bundle,
    promotionId: order.promotionId,
    data: { generation, fencingToken: order.fencingToken },
  });
  await tx.query('select pg_notify($1, $2)', [aliasChannel, JSON.stringify([tx.tenant, order.product, order.lane])]);
  return generation;
}

/** What a lane shall serve now. */
export async function readAlias(tx: Transaction, product: string, lane: Lane): Promise<(AliasTarget & { readonly generation: number }) | undefined> {
  const rows = await tx.query<{ generation: number; bundle_digest: Digest; revision: string; services: AliasService[] }>(
    'select generation, bundle_digest, revision, services from lane_aliases where tenant_id = $1 and product = $2 and lane = $3',
    [tx.tenant, product, lane],
  );
  const row = rows[0];
  return row === undefined ? undefined : { generation: row.generation, bundle: row.bundle_digest, revision: row.revision, services: row.services };
}

/** What the router says about a lane. */
export interface AliasObservation {
  readonly generation: number;
  readonly status: 'STARTING' | 'SERVING' | 'FAILED';
  readonly detail: string | null;
  readonly servedBundle: Digest | null;
}

/** What the router last said about a lane. */
export async function readObservation(tx: Transaction, product: string, lane: Lane): Promise<AliasObservation | undefined> {
  const rows = await tx.query<{ generation: number; status: AliasObservation['status']; detail: string | null; served_bundle_digest: Digest | null }>(
    'select generation, status, detail, served_bundle_digest from alias_observations where tenant_id = $1 and product = $2 and lane = $3',
    [tx.tenant, product, lane],
  );
  const row = rows[0];
  return row === undefined ? undefined : { generation: row.generation, status: row.status, detail: row.detail, servedBundle: row.served_bundle_digest };
}

/** The port of each service of a lane that has one. */
export async function laneTargets(tx: Transaction, product: string, lane: Lane): Promise<readonly { readonly service: string; readonly port: number }[]> {
  return tx.query('select service, port from lane_targets where tenant_id = $1 and product = $2 and lane = $3 order by service', [tx.tenant, product, lane]);
}
