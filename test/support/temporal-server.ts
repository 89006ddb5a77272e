import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { execa, execaSync } from 'execa';
import type { ProxyTarget } from '../../adapters/http/proxy.js';
import { findFreePorts } from '../../adapters/network/free-port.js';
import { Child } from '../../apps/stack/child.js';
import { completeNamespace } from '../../apps/stack/temporal/complete-namespace.js';
import { dynamicConfig, dynamicConfigArgs } from '../../temporal-config/dynamic-config.js';
import { searchAttributeDefinitions } from '../../temporal-config/search-attributes.js';
import { toolPath } from './tool-path.js';

/** A Temporal dev server for one test file, with the settings of the stack's. */
export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  /** Where its Web UI listens. */
  readonly ui: ProxyTarget;
  readonly server: Child;
  /** Stops the server, as in an outage, and starts it again at the same address. */
  stopServer(): Promise<void>;
  startServer(): Promise<void>;
  /** Runs the `temporal` command line against it. */
  cli(...args: string[]): { readonly code: number | undefined; readonly stdout: string; readonly stderr: string };
  /** The same for what a worker in this process has to answer. @returns its output. @throws with its errors */
  ask(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts a dev server with its state in a file, so that it survives a kill and a restart.
 *
 * @param settings dynamic configuration, in addition to that of the stack
 */
export async function startTemporal(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestTemporal> {
  const [port, uiPort] = await findFreePorts(2);
  const address = `127.0.0.1:${port}`;
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
  await mkdir(join(dataDir, 'logs'), { recursive: true });
  const newServer = () =>
    new Child(
      {
        name: 'temporal',
        command: toolPath('temporal'),
        args: [
          ...[
            'server',
            'start-dev',
            '--ip',
            '127.0.0.1',
            '--port',
            String(port),
            '--ui-port',
            String(uiPort),
            '--db-filename',
            join(dataDir, 'temporal.db'),
          ],
          ...['--log-level', 'error', '--disable-config-file', '--disable-config-env'],
          ...dynamicConfigArgs({ ...dynamicConfig, ...settings }),
          ...searchAttributeDefinitions.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]),
        ],
        env,
        cwd: dataDir,
        logFile: join(dataDir, 'logs', 'temporal.log'),
        isReady: () => completeNamespace(address, 'default'),
        // It takes a second to stop when asked, and what has been committed is in its file either way.
        stop: [{ signal: 'SIGKILL', graceMs: 10_000 }],
      },
      { changed: () => undefined, log: () => undefined },
    );
  let server = newServer();
  await server.start(60_000).catch(async (error: unknown) => {
    await server.stop();
    throw error;
  });
  return {
    address,
    namespace: 'default',
    ui: { host: '127.0.0.1', port: uiPort ?? 0 },
    get server() {
      return server;
    },
    stopServer: () => server.stop(),
    async startServer() {
      server = newServer();
      await server.start(60_000);
    },
    cli(...args) {
      const done = execaSync(toolPath('temporal'), [...args, '--address', address, '--namespace', 'default'], {
        env,
        extendEnv: false,
        reject: false,
      });
      return { code: done.exitCode, stdout: done.stdout, stderr: done.stderr };
    },
    async ask(...args) {
      const own = [...args, '--address', address, '--namespace', 'default'];
      return (await execa(toolPath('temporal'), own, { env, extendEnv: false })).stdout;
    },
    close: () => server.stop(),
  };
}

/** A client connection to the server. */
export function connectTo(temporal: Pick<TestTemporal, 'address'>): Promise<Connection> {
  return Connection.connect({ address: temporal.address });
}
