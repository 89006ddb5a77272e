import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { listFiles } from '../../adapters/archive/list-files.js';
import { type ContentStore } from '../../adapters/content-store/content-store.js';
import { buildImage } from '../../adapters/oci/build-image.js';
import type { Digest } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import type { RouterConfig } from '../../apps/router/config.js';
import { type Database, openDatabase } from '../../store/database.js';
import { type AliasObservation, type AliasService, readObservation } from '../../store/alias/read.js';
import { registerProduct } from '../../store/product/write.js';
import { openStores } from './blobs.js';
import { type EmbeddedCluster, startCluster } from './embedded-cluster.js';

/** A product whose lanes are served by a router, without the workflows that would move the aliases. */
export interface LaneFixture {
  readonly cluster: EmbeddedCluster;
  readonly config: RouterConfig;
  readonly database: Database;
  readonly store: ContentStore;
  /** Points a lane of the product at services, as a deploy does. @returns the generation */
  point(lane: string, bundle: Digest, services: readonly AliasService[], tenant?: string): Promise<number>;
  /** Waits until the router has handled a generation. */
  observed(lane: string, generation: number, tenant?: string): Promise<AliasObservation>;
  urlOf(lane: string, service: string): Promise<string>;
  close(): Promise<void>;
}

const product = 'shop';

/** Starts PostgreSQL and registers a product named shop. */
export async function startLaneFixture(): Promise<LaneFixture> {
  const cluster = await startCluster();
  const database = openDatabase({ url: cluster.databaseUrl, maxConnections: 3 });
  await database.transaction('default', (tx) => registerProduct(tx, { name: product, repository: '/shop' }));
  return {
    cluster,
    database,
    store: openStores(cluster.dataDir, database).of('default'),
    config: {
      databaseUrl: cluster.urls.router,
      dataDir: cluster.dataDir,
      lanePortBase: 21_000 + (process.pid % 400) * 20,
      healthDeadlineMs: 4_000,
      serviceEnv: { PATH: process.env['PATH'] ?? '' },
    },
    point: (lane, bundle, services, tenant = 'default') => pointLane(cluster.adminUrl, tenant, lane, bundle, services),
    async observed(lane, generation, tenant = 'default') {
      for (
        const deadline = Date.now() + 15_000;
        Date.now() < deadline;
        await new Promise((resolve) => setTimeout(resolve, 5))
      ) {
        const seen = await database.transaction(tenant, (tx) => readObservation(tx, product, lane as 'gold'));
        if (seen !== undefined && seen.generation >= generation && seen.status !== 'STARTING') return seen;
      }
      throw new Error(`generation ${generation} of ${lane} was not handled`);
    },
    async urlOf(lane, service) {
      const rows = await database.transaction('default', (tx) =>
        tx.query<{ port: number }>('select port from lane_targets where product = $1 and lane = $2 and service = $3', [
          product,
          lane,
          service,
        ]),
      );
      return `http://127.0.0.1:${rows[0]!.port}`;
    },
    async close() {
      await database.close();
      await cluster.close();
    },
  };
}

/** Switches a lane as a superuser who disables the triggers: there is no promotion that holds it. */
async function pointLane(
  adminUrl: string,
  tenant: string,
  lane: string,
  bundle: Digest,
  services: readonly AliasService[],
): Promise<number> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query("set session_replication_role = 'replica'");
    const { rows } = await admin.query<{ generation: string }>(
      `insert into lane_aliases (tenant_id, product, lane, generation, bundle_digest, revision, services, fencing_token, promotion_id)
       values ($6, $1, $2, 1, $3, $4, $5, 1, 'p')
       on conflict (tenant_id, product, lane) do update set generation = lane_aliases.generation + 1, bundle_digest = excluded.bundle_digest, services = excluded.services
       returning generation`,
      [product, lane, bundle, 'a'.repeat(40), JSON.stringify(services), tenant],
    );
    await admin.query("select pg_notify('lane_alias', $1)", [JSON.stringify([tenant, product, lane])]);
    return Number(rows[0]!.generation);
  } finally {
    await admin.end();
  }
}

/** An image with one file, `main.js`. */
export async function imageOf(
  store: ContentStore,
  name: string,
  source: string,
  nodeMajor = 20,
  revision = 'a'.repeat(40),
): Promise<AliasService> {
  const folder = await mkdtemp(join(tmpdir(), 'lanekeeper-image-'));
  try {
    await mkdir(join(folder, 'app'));
    await writeFile(join(folder, 'app', 'main.js'), source);
    const application = await listFiles(join(folder, 'app'), () => false);
    const image = await buildImage(store, {
      title: name,
      revision,
      dependencies: [],
      application,
      entry: 'main.js',
      nodeMajor,
      health: '/healthz',
    });
    return { name, imageDigest: image.digest, route: true };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A service that answers with a text, on `/slow` after half a second; `/die` ends it; `/env` shows its environment. */
export function textService(text: string): string {
  return `const http = require('node:http');
const server = http.createServer((request, response) => {
  if (request.url === '/die') process.exit(7);
  if (request.url === '/env') return response.end(JSON.stringify(process.env));
  if (request.url === '/slow') return setTimeout(() => response.end(${JSON.stringify(text)}), 500);
  response.end(${JSON.stringify(text)});
});
server.on('upgrade', (request, socket) => {
  // RFC 6455, section 1.3: without it, a browser takes the connection for none.
  const accept = require('node:crypto').createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.on('error', () => socket.destroy());
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nupgrade: websocket\\r\\nconnection: upgrade\\r\\nsec-websocket-accept: ' + accept + '\\r\\n\\r\\n');
  socket.pipe(socket);
});
server.listen(Number(process.env.PORT), process.env.HOST);
`;
}

/** A digest that stands for a bundle. */
export function bundleNamed(name: string): Digest {
  return digestOf(name);
}
