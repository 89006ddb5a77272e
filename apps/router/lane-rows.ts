import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { Database, Transaction } from '../../store/database.js';
import type { AliasService } from '../../store/alias/write.js';
import { isPortFree } from '../../adapters/network/free-port.js';

/** Which lane. */
export interface LaneKey {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
}

/** A bundle that a lane shall serve or serves. */
export interface ServedBundle {
  readonly generation: number;
  readonly bundle: Digest;
  readonly revision: string;
  /** Empty when the lane was pointed to nothing. */
  readonly services: readonly AliasService[];
}

/** What the database says about a lane. */
export interface LaneRow {
  readonly key: LaneKey;
  readonly desired: ServedBundle;
  readonly observed: { readonly generation: number; readonly status: ObservationStatus } | undefined;
  /** What was served when that was last written down. */
  readonly served: ServedBundle | undefined;
}

/** What the router says about the newest generation that it has seen. */
export type ObservationStatus = 'STARTING' | 'SERVING' | 'FAILED';

/** One observation of a lane. */
export interface Observation {
  readonly generation: number;
  readonly status: ObservationStatus;
  readonly detail: string | undefined;
  readonly served: ServedBundle | undefined;
}

interface Row {
  product: string;
  lane: Lane;
  generation: number;
  bundle_digest: Digest;
  revision: string;
  services: AliasService[];
  observed_generation: number | null;
  status: ObservationStatus | null;
  served_generation: number | null;
  served_bundle_digest: Digest | null;
  served_revision: string | null;
  served_services: AliasService[] | null;
}

const columns = `a.product, a.lane, a.generation, a.bundle_digest, a.revision, a.services, o.generation as observed_generation, o.status,
  o.served_generation, o.served_bundle_digest, o.served_revision, o.served_services`;

/** Every lane of a tenant that was ever pointed to something; one lane when `only` names it. */
export async function readLanes(tx: Transaction, only?: { product: string; lane: string }): Promise<LaneRow[]> {
  const rows = await tx.query<Row>(
    `select ${columns} from lane_aliases a
     left join alias_observations o using (tenant_id, product, lane)
     where a.tenant_id = $1 and ($2::text is null or (a.product = $2 and a.lane = $3))`,
    [tx.tenant, only?.product ?? null, only?.lane ?? null],
  );
  return rows.map((row) => ({
    key: { tenant: tx.tenant, product: row.product, lane: row.lane },
    desired: { generation: row.generation, bundle: row.bundle_digest, revision: row.revision, services: row.services },
    observed: row.observed_generation === null || row.status === null ? undefined : { generation: row.observed_generation, status: row.status },
    served:
      row.served_generation === null || row.served_bundle_digest === null || row.served_revision === null || row.served_services === null
        ? undefined
        : { generation: row.served_generation, bundle: row.served_bundle_digest, revision: row.served_revision, services: row.served_services },
  }));
}

/** Writes down what the router does with a lane. */
export async function writeObservation(tx: Transaction, key: LaneKey, observation: Observation): Promise<void> {
  const { generation, status, detail, served } = observation;
  await tx.query(
    `insert into alias_observations (tenant_id, product, lane, generation, status, detail, served_generation, served_bundle_digest, served_revision, served_services)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, product, lane) do update
       set generation = excluded.generation, status = excluded.status, detail = excluded.detail, served_generation = excluded.served_generation,
           served_bundle_digest = excluded.served_bundle_digest, served_revision = excluded.served_revision,
           served_services = excluded.served_services, observed_at = now()`,
    [
      ...[key.tenant, key.product, key.lane, generation, status, detail ?? null],
      ...[served?.generation ?? null, served?.bundle ?? null, served?.revision ?? null, served === undefined ? null : JSON.stringify(served.services)],
    ],
  );
}

/**
 * The port of each routed service of a lane: the one it has had all along, or a new one that it keeps from now on.
 * @param base where the search for a new port begins
 */
export async function lanePorts(database: Database, key: LaneKey, services: readonly AliasService[], base: number): Promise<ReadonlyMap<string, number>> {
  const known = await database.transaction(key.tenant, (tx) => readTargets(tx, key));
  for (const { name } of services.filter((service) => service.route && !known.has(service.name))) {
    for (let port = base; !known.has(name) && port < 65_536; port += 1) {
      if (!(await isPortFree(port))) continue;
      // Ports are unique over all tenants; a row of another tenant is not visible here, only in the way.
      const inserted = await database.transaction(key.tenant, (tx) =>
        tx.query(
          'insert into lane_targets (tenant_id, product, lane, service, port) values ($1, $2, $3, $4, $5) on conflict do nothing returning port',
          [key.tenant, key.product, key.lane, name, port],
        ),
      );
      if (inserted.length > 0) known.set(name, port);
    }
  }
  return known;
}

async function readTargets(tx: Transaction, key: LaneKey): Promise<Map<string, number>> {
  const rows = await tx.query<{ service: string; port: number }>(
    'select service, port from lane_targets where tenant_id = $1 and product = $2 and lane = $3',
    [key.tenant, key.product, key.lane],
  );
  return new Map(rows.map((row) => [row.service, row.port]));
}
