import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import type { ContentStore } from '../adapters/content-store/content-store.js';
import type { PolicyRoots } from '../core/governance/pins.js';
import { installPolicies, shippedPolicies } from '../test/support/installed-rules.js';
import { openStores } from '../test/support/blobs.js';
import { readStackConfig, type StackConfig } from '../apps/stack/config.js';
import { Child } from '../apps/stack/child.js';
import { findFreePorts } from '../adapters/network/free-port.js';
import { devServerPlan } from '../apps/stack/temporal/dev-server.js';
import type { DatabaseUrls } from '../apps/stack/postgres/roles.js';
import { type Database, openDatabase } from '../store/database.js';
import { startCluster } from '../test/support/embedded-cluster.js';
import { ensureDevelopmentIdentities } from '../apps/stack/development-identities.js';
import { connectForDeliveries } from '../workers/deliver.js';
import { startDispatcher } from '../workers/dispatcher.js';
import { cpuSecondsOf, residentMb } from './cpu.js';

/** Everything that the measured runs need. */
export interface Machine {
  readonly config: StackConfig;
  readonly urls: DatabaseUrls;
  readonly dataDir: string;
  /** What is pinned of the installed policies. */
  readonly policyRoots: PolicyRoots;
  readonly database: Database;
  readonly blobs: ContentStore;
  readonly connection: NativeConnection;
  readonly client: Client;
  /** CPU time used by each part so far, in seconds. */
  readonly usedCpu: () => CpuSeconds;
  /** What is resident now. */
  readonly memory: () => Memory;
  readonly environment: Environment;
  close(): Promise<void>;
}

/** Resident memory in MB of this process and of the Temporal server. */
export interface Memory {
  readonly worker: number;
  readonly temporal: number;
}

/** CPU seconds, user and system, of each part, including all its processes. */
export interface CpuSeconds {
  /** This process: the workers, the dispatcher and the driver that starts the runs. */
  readonly worker: number;
  readonly temporal: number;
  readonly postgres: number;
}

/** Where the numbers were measured. */
export interface Environment {
  readonly cores: number;
  readonly processor: string;
  readonly platform: string;
  readonly node: string;
  readonly temporalServer: string;
  readonly postgres: string;
}

/**
 * Starts PostgreSQL and the Temporal dev server as separate processes, with the settings of `npm start`, in a folder
 * that is removed afterwards, and the dispatcher in this process, where the workers will run too.
 */
export async function startMachine(): Promise<Machine> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const cluster = await startCluster();
  const { dataDir, databaseUrl, urls } = cluster;
  const config = readStackConfig(['start', '--data', dataDir, '--no-default']);
  const [temporal = 0, temporalUi = 0] = await findFreePorts(2);
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  const plan = devServerPlan(config, { temporal }, { host: '127.0.0.1', port: temporalUi });
  const server = new Child(plan, { changed: () => undefined, log: (text) => console.error(text) });
  await server.start(60_000);
  await ensureDevelopmentIdentities(dataDir, urls.enrolment);
  const policyRoots = await installPolicies(urls, await benchPolicies(dataDir));
  let wake = (_tenant: string): void => undefined;
  const database = openDatabase({ url: databaseUrl, maxConnections: 20, onWork: (tenant) => wake(tenant) });
  const address = `127.0.0.1:${temporal}`;
  const connection = await NativeConnection.connect({ address });
  const clientConnection = await Connection.connect({ address });
  const client = new Client({ connection: clientConnection, namespace: config.namespace });
  const deliveryConnection = await connectForDeliveries({ address });
  const dispatcher = startDispatcher({
    database,
    client: new Client({ connection: deliveryConnection, namespace: config.namespace }),
    onError: (message) => console.error(`dispatcher: ${message}`),
  });
  wake = (tenant) => dispatcher.wake(tenant);
  return {
    ...{ config, urls, dataDir, policyRoots, database, connection, client },
    blobs: openStores(dataDir, database).of('default'),
    usedCpu() {
      const servers = [server.identity?.pid ?? 0, cluster.server.identity?.pid ?? 0] as const;
      return {
        worker: cpuSecondsOf(process.pid, servers),
        temporal: cpuSecondsOf(servers[0]),
        postgres: cpuSecondsOf(servers[1]),
      };
    },
    memory: () => ({ worker: residentMb(process.pid), temporal: residentMb(server.identity?.pid ?? 0) }),
    environment: await describeEnvironment(clientConnection, database),
    async close() {
      await dispatcher.stop();
      await database.close();
      await deliveryConnection.close();
      await clientConnection.close();
      await connection.close();
      await server.stop();
      await cluster.close();
    },
  };
}

async function describeEnvironment(connection: Connection, database: Database): Promise<Environment> {
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  const rows = await database.transaction('default', (tx) =>
    tx.query<{ server_version: string }>('show server_version'),
  );
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    temporalServer: serverVersion,
    postgres: rows[0]?.server_version ?? 'unknown',
  };
}

/** The policy of the benchmark for its products, and for `shop`, which goes to gold, that which Lanekeeper brings. */
async function benchPolicies(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'policies');
  await mkdir(folder);
  const own = await readFile(new URL('./policies/default.yaml', import.meta.url), 'utf8');
  await writeFile(join(folder, 'default.yaml'), own);
  const shipped = await readFile(join(shippedPolicies, 'default.yaml'), 'utf8');
  await writeFile(join(folder, 'shop.yaml'), shipped.replace('name: default', 'name: shop'));
  return folder;
}
