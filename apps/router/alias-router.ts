import { join } from 'node:path';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import { openTenantStores } from '../../adapters/content-store/tenant-stores.js';
import { listenForSwitches } from '../../store/alias/notice.js';
import { routedLanes } from '../../store/alias/read.js';
import { blobReferences } from '../../store/blob/references.js';
import { openDatabase } from '../../store/database.js';
import type { RouterConfig } from './config.js';
import { LaneController } from './lane-controller.js';
import { ServiceRecord } from './service-record.js';

const pollIntervalMs = 1_000;

/** A running router: service runner and reverse proxy for every lane of every tenant. */
export interface AliasRouter {
  /** Stops every service and closes every port. */
  close(): Promise<void>;
}

/**
 * Starts the router, which follows `lane_aliases`: by notifications and, in case one is lost, by polling every second.
 * Resolves when every lane serves again what it served before.
 */
export async function startAliasRouter(config: RouterConfig, log: (text: string) => void): Promise<AliasRouter> {
  const database = openDatabase({ url: config.databaseUrl, maxConnections: 4 });
  const record = new ServiceRecord(config.dataDir);
  const context = {
    blobs: openTenantStores(openFolderStore(join(config.dataDir, 'blobs')), blobReferences(database)),
    dataDir: config.dataDir,
    serviceEnv: config.serviceEnv,
    healthDeadlineMs: config.healthDeadlineMs,
    record,
    log,
    publicOrigins: config.publicOrigins ?? [],
  };
  const lanes = new Map<string, LaneController>();
  let closing = false;

  async function updateLanes(tenant: string, only?: { product: string; lane: string }): Promise<void> {
    for (const row of await database.transaction(tenant, (tx) => routedLanes(tx, only))) {
      if (closing) return;
      const name = `${tenant}/${row.key.product}/${row.key.lane}`;
      const known = lanes.get(name);
      if (known === undefined) lanes.set(name, new LaneController(row, database, context, config.lanePortBase));
      else known.setDesired(row.desired);
    }
  }
  async function pollAllTenants(): Promise<void> {
    for (const tenant of await database.tenants()) await updateLanes(tenant);
  }

  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let round = Promise.resolve();
  const poll = (): void => {
    round = pollAllTenants().then(
      () => {
        isFailing = false;
      },
      (error: unknown) => {
        if (!isFailing) log(`the database does not answer; lanes continue to serve: ${String(error)}`);
        isFailing = true;
      },
    );
    void round.then(() => {
      if (!closing) timer = setTimeout(poll, pollIntervalMs);
    });
  };
  const stopListening = listenForSwitches(config.databaseUrl, (tenant, lane) => {
    void updateLanes(tenant, lane).catch(() => undefined);
  });
  poll();
  await round;
  await Promise.all([...lanes.values()].map((lane) => lane.settled));
  return {
    async close() {
      closing = true;
      clearTimeout(timer);
      await stopListening();
      await round;
      await Promise.all([...lanes.values()].map((lane) => lane.close()));
      await database.close();
    },
  };
}
