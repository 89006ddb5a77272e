import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type Connection } from '@temporalio/client';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { Child } from '../../apps/stack/child.js';
import { readStackConfig } from '../../apps/stack/config.js';
import { devServerPlan } from '../../apps/stack/temporal/dev-server.js';
import type { UiAddress } from '../../apps/stack/temporal/ui-address.js';
import { dataFolder } from './data-folder.js';
import { connectTo } from './temporal-server.js';
import { toolPath } from './tool-path.js';

/** The Temporal dev server as the stack starts it. */
export interface DevServer {
  readonly ui: UiAddress;
  readonly connection: Connection;
  /** The ids of all runs. */
  runs(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * Starts the dev server with an empty data folder.
 *
 * @param more arguments besides those of the stack
 */
export async function startDevServer(ui: UiAddress, more: readonly string[] = []): Promise<DevServer> {
  const dataDir = await dataFolder();
  await mkdir(join(dataDir, 'logs'));
  const config = { ...readStackConfig(['start', '--data', dataDir]), temporalPath: toolPath('temporal') };
  const [temporal = 0] = await findFreePorts(1);
  const plan = devServerPlan(config, { temporal }, ui);
  const child = new Child(
    { ...plan, args: [...plan.args, ...more] },
    { changed: () => undefined, log: () => undefined },
  );
  await child.start(60_000);
  const connection = await connectTo({ address: `127.0.0.1:${String(temporal)}` });
  return {
    ui,
    connection,
    async runs() {
      const found: string[] = [];
      for await (const { workflowId } of new Client({ connection }).workflow.list()) found.push(workflowId);
      return found;
    },
    async close() {
      await connection.close();
      await child.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
