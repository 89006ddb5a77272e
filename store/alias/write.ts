import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { laneHistory } from '../lane/history.js';
import { notifySwitch } from './notice.js';
import {
  type AliasTarget,
  type LaneKey,
  type ObservationStatus,
  readAlias,
  type ServedBundle,
  servicesOf,
  switchOf,
} from './read.js';

/** A switch of a lane, with what proves that its holder asks for it. */
export interface SwitchRequest {
  readonly product: string;
  readonly lane: Lane;
  readonly promotionId: string;
  readonly fencingToken: number;
  readonly idempotencyKey: string;
}

/**
 * Points a lane to the bundle of its holder. Repeating the same key returns the same generation and changes nothing. The
 * caller has locked the lane and found the step owed; a trigger refuses every other switch.
 *
 * @returns the generation the router has to reach
 */
export async function switchAlias(tx: Transaction, request: SwitchRequest & AliasTarget): Promise<number> {
  return (await switchOf(tx, request.idempotencyKey)) ?? pointAlias(tx, request, request);
}

/**
 * Points a lane back to what its history says is live; to nothing when nothing has been live. Does nothing when the
 * lane already points there.
 *
 * @returns the generation to wait for, or undefined when there is nothing to do
 */
export async function pointAliasToLive(tx: Transaction, request: SwitchRequest): Promise<number | undefined> {
  const known = await switchOf(tx, request.idempotencyKey);
  if (known !== undefined) return known;
  const alias = await readAlias(tx, request.product, request.lane);
  const [live] = await laneHistory(tx, request.product, request.lane, 1);
  if (alias === undefined || alias.bundle === live?.bundle) return undefined;
  const services = live === undefined ? undefined : await servicesOf(tx, live.bundle);
  return pointAlias(tx, request, services ?? { bundle: alias.bundle, revision: alias.revision, services: [] });
}

async function pointAlias(tx: Transaction, request: SwitchRequest, target: AliasTarget): Promise<number> {
  const rows = await tx.query<{ generation: number }>(
    `insert into lane_aliases (tenant_id, product, lane, generation, bundle_digest, revision, services,
       fencing_token, promotion_id)
     values ($1, $2, $3, 1, $4, $5, $6, $7, $8)
     on conflict (tenant_id, product, lane) do update
       set generation = lane_aliases.generation + 1, bundle_digest = excluded.bundle_digest,
           revision = excluded.revision, services = excluded.services, fencing_token = excluded.fencing_token,
           promotion_id = excluded.promotion_id, switched_at = now()
     returning generation`,
    [
      tx.tenant,
      request.product,
      request.lane,
      target.bundle,
      target.revision,
      JSON.stringify(target.services),
      request.fencingToken,
      request.promotionId,
    ],
  );
  const generation = (rows[0] as { generation: number }).generation;
  await tx.query(
    `insert into alias_switches (tenant_id, idempotency_key, product, lane, generation, bundle_digest, promotion_id,
       fencing_token)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tx.tenant,
      request.idempotencyKey,
      request.product,
      request.lane,
      generation,
      target.bundle,
      request.promotionId,
      request.fencingToken,
    ],
  );
  await appendEvent(tx, {
    type: 'alias.switched',
    product: request.product,
    lane: request.lane,
    bundleDigest: target.bundle,
    promotionId: request.promotionId,
    data: { generation, fencingToken: request.fencingToken },
  });
  await notifySwitch(tx, request);
  return generation;
}

/** What the router reports about a lane. */
export interface NewObservation {
  readonly generation: number;
  readonly status: ObservationStatus;
  readonly detail: string | undefined;
  readonly served: ServedBundle | undefined;
}

/** Records what the router does with a lane. */
export async function recordObservation(tx: Transaction, key: LaneKey, observation: NewObservation): Promise<void> {
  const { generation, status, detail, served } = observation;
  await tx.query(
    `insert into alias_observations (tenant_id, product, lane, generation, status, detail, served_generation,
       served_bundle_digest, served_revision, served_services)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, product, lane, target) do update
       set generation = excluded.generation, status = excluded.status, detail = excluded.detail,
           served_generation = excluded.served_generation,
           served_bundle_digest = excluded.served_bundle_digest, served_revision = excluded.served_revision,
           served_services = excluded.served_services, observed_at = now()`,
    [
      ...[key.tenant, key.product, key.lane, generation, status, detail ?? null],
      ...[
        served?.generation ?? null,
        served?.bundle ?? null,
        served?.revision ?? null,
        served === undefined ? null : JSON.stringify(served.services),
      ],
    ],
  );
}

/**
 * Assigns a port to a service of a lane permanently.
 *
 * @returns whether it was assigned now: ports are unique across all tenants, and another service may hold this one
 */
export async function claimPort(tx: Transaction, key: LaneKey, service: string, port: number): Promise<boolean> {
  // A row of another tenant is not visible here, but still conflicts.
  const rows = await tx.query(
    `insert into lane_targets (tenant_id, product, lane, service, port)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning port`,
    [key.tenant, key.product, key.lane, service, port],
  );
  return rows.length > 0;
}
