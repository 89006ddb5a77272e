import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareCluster } from '../../apps/stack/postgres/cluster.js';
import { Child } from '../../apps/stack/child.js';
import { findFreePorts } from '../../adapters/network/free-port.js';
import type { DatabaseUrls } from '../../apps/stack/postgres/roles.js';
import { migrate } from '../../store/migrate.js';
import type { DatabasePasswords } from '../../store/rights/grant.js';
import { fillFromTemplate } from './cluster-template.js';
import { dataFolder } from './data-folder.js';
import { createTestRole, testUrl } from './test-role.js';

/** A PostgreSQL started as the stack starts it, with its own data folder. */
export interface EmbeddedCluster {
  readonly dataDir: string;
  /** Connects as a role of the tests, which may do everything with the rows of a tenant that triggers let it do. */
  readonly databaseUrl: string;
  /** How each process connects. */
  readonly urls: DatabaseUrls;
  readonly passwords: DatabasePasswords;
  /** Connection string of the superuser. */
  readonly adminUrl: string;
  readonly server: Child;
  /** Stops the server, as in an outage, and starts it again. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  close(): Promise<void>;
}

/** Starts PostgreSQL with an empty, migrated database. */
export async function startCluster(): Promise<EmbeddedCluster> {
  const dataDir = await dataFolder();
  try {
    await fillFromTemplate(dataDir, makeCluster);
    return await startIn(dataDir);
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** Makes a migrated cluster with the role of the tests, and stops its server again. */
async function makeCluster(dataDir: string): Promise<void> {
  const { cluster, newServer } = await prepare(dataDir);
  const server = newServer();
  try {
    await server.start(60_000);
    await cluster.createDatabase();
    await migrate(cluster.adminUrl, cluster.passwords);
    await createTestRole(cluster.adminUrl);
  } finally {
    await server.stop();
  }
}

async function prepare(dataDir: string) {
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  const [port] = await findFreePorts(1);
  const cluster = await prepareCluster(dataDir, port!, { PATH: process.env['PATH'] ?? '' });
  return { cluster, newServer: () => new Child(cluster.plan, { changed: () => undefined, log: () => undefined }) };
}

async function startIn(dataDir: string): Promise<EmbeddedCluster> {
  const { cluster, newServer } = await prepare(dataDir);
  let server = newServer();
  try {
    await server.start(60_000);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    dataDir,
    databaseUrl: testUrl(cluster.adminUrl),
    urls: cluster.urls,
    passwords: cluster.passwords,
    adminUrl: cluster.adminUrl,
    get server() {
      return server;
    },
    stopServer: () => server.stop(),
    async startServer() {
      server = newServer();
      await server.start(60_000);
    },
    async close() {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
