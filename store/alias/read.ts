import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import { requireManifest } from '../bundle/read.js';
import type { Transaction } from '../database.js';

/** One service of a bundle as a lane runs it. */
export interface AliasService {
  readonly name: string;
  readonly imageDigest: Digest;
  /** Whether it has a port of its own in the lane. */
  readonly route: boolean;
}

/** What a lane is to serve. */
export interface AliasTarget {
  readonly bundle: Digest;
  readonly revision: string;
  readonly services: readonly AliasService[];
}

/** A lane among those of all tenants. */
export interface LaneKey {
  readonly tenant: string;
  readonly product: string;
  readonly lane: Lane;
}

/** A bundle that a lane is to serve, or serves. */
export interface ServedBundle {
  readonly generation: number;
  readonly bundle: Digest;
  readonly revision: string;
  /** Empty when the lane was pointed to nothing. */
  readonly services: readonly AliasService[];
}

/** What the router reports about the newest generation that it has seen. */
export type ObservationStatus = 'STARTING' | 'SERVING' | 'FAILED';

/** What the router reports about a lane. */
export interface AliasObservation {
  readonly generation: number;
  readonly status: ObservationStatus;
  readonly detail: string | null;
  readonly servedBundle: Digest | null;
}

/** What the router tracks of a lane: what it is to serve and what was last reported. */
export interface RoutedLane {
  readonly key: LaneKey;
  readonly desired: ServedBundle;
  readonly observed: { readonly generation: number; readonly status: ObservationStatus } | undefined;
  /** What was served when that was last recorded. */
  readonly served: ServedBundle | undefined;
}

/** The services of a sealed bundle, from its manifest. */
export async function servicesOf(tx: Transaction, digest: Digest): Promise<AliasTarget> {
  const { images, source } = await requireManifest(tx, digest);
  const services = images.map((image) => ({
    name: image.service,
    imageDigest: image.digest,
    route: image.route,
  }));
  return { bundle: digest, revision: source.revision, services };
}

/** The generation that a switch with this key has led to, if there was one. */
export async function switchOf(tx: Transaction, key: string): Promise<number | undefined> {
  const rows = await tx.query<{ generation: number }>(
    'select generation from alias_switches where tenant_id = $1 and idempotency_key = $2',
    [tx.tenant, key],
  );
  return rows[0]?.generation;
}

/** What a lane is to serve now. */
export async function readAlias(
  tx: Transaction,
  product: string,
  lane: Lane,
): Promise<(AliasTarget & { readonly generation: number }) | undefined> {
  const rows = await tx.query<{
    generation: number;
    bundle_digest: Digest;
    revision: string;
    services: AliasService[];
  }>(
    `select generation, bundle_digest, revision, services
       from lane_aliases where tenant_id = $1 and product = $2 and lane = $3`,
    [tx.tenant, product, lane],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { generation: row.generation, bundle: row.bundle_digest, revision: row.revision, services: row.services };
}

/** What the router last reported about a lane. */
export async function readObservation(
  tx: Transaction,
  product: string,
  lane: Lane,
): Promise<AliasObservation | undefined> {
  const rows = await tx.query<{
    generation: number;
    status: AliasObservation['status'];
    detail: string | null;
    served_bundle_digest: Digest | null;
  }>(
    `select generation, status, detail, served_bundle_digest
       from alias_observations where tenant_id = $1 and product = $2 and lane = $3`,
    [tx.tenant, product, lane],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : { generation: row.generation, status: row.status, detail: row.detail, servedBundle: row.served_bundle_digest };
}

/** The port of each service of a lane that has one. */
export async function laneTargets(
  tx: Transaction,
  product: string,
  lane: Lane,
): Promise<readonly { readonly service: string; readonly port: number }[]> {
  return tx.query(
    'select service, port from lane_targets where tenant_id = $1 and product = $2 and lane = $3 order by service',
    [tx.tenant, product, lane],
  );
}

interface RoutedRow {
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

const routedColumns = `a.product, a.lane, a.generation, a.bundle_digest, a.revision, a.services,
  o.generation as observed_generation, o.status,
  o.served_generation, o.served_bundle_digest, o.served_revision, o.served_services`;

/** Every lane of a tenant that was ever pointed to something; one lane when `only` names it. */
export async function routedLanes(tx: Transaction, only?: { product: string; lane: string }): Promise<RoutedLane[]> {
  const rows = await tx.query<RoutedRow>(
    `select ${routedColumns} from lane_aliases a
     left join alias_observations o using (tenant_id, product, lane)
     where a.tenant_id = $1 and ($2::text is null or (a.product = $2 and a.lane = $3))`,
    [tx.tenant, only?.product ?? null, only?.lane ?? null],
  );
  return rows.map((row) => ({
    key: { tenant: tx.tenant, product: row.product, lane: row.lane },
    desired: { generation: row.generation, bundle: row.bundle_digest, revision: row.revision, services: row.services },
    observed:
      row.observed_generation === null || row.status === null
        ? undefined
        : { generation: row.observed_generation, status: row.status },
    served:
      row.served_generation === null ||
      row.served_bundle_digest === null ||
      row.served_revision === null ||
      row.served_services === null
        ? undefined
        : {
            generation: row.served_generation,
            bundle: row.served_bundle_digest,
            revision: row.served_revision,
            services: row.served_services,
          },
  }));
}
