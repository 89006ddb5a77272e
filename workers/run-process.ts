import { access } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { asLanekeeperError, LanekeeperError, messageOf } from '../core/errors.js';
import { readWorkerConfig, type WorkerConfig } from './config.js';
import { type ControlParts, startControlParts } from './control-parts.js';
import { type Deployment, deploymentOf, makeCurrent } from './deployment.js';
import type { WorkerPorts } from './ports.js';
import { controlDepsOf, createWorkers, type WorkersDeps } from './run-workers.js';

const log = pino({ name: 'worker' });

/** Opens what the process works with; `onWork` is called with the tenant when something was committed that has to be delivered. */
type OpenPorts = (config: WorkerConfig, onWork: ((tenant: string) => void) | undefined) => WorkerPorts;

/** Serves the task queues until the process is told to stop. */
async function serve(config: WorkerConfig, open: OpenPorts): Promise<void> {
  log.level = config.logLevel;
  Runtime.install({
    logger: new DefaultLogger('WARN', (entry) => log[pinoLevel(entry.level)]({ ...entry.meta }, entry.message)),
    shutdownSignals: [],
  });
  if (
    !(await access(config.workflowBundlePath).then(
      () => true,
      () => false,
    ))
  ) {
    throw new LanekeeperError('CONFIGURATION', {
      message: 'the workflow bundle is missing',
      object: config.workflowBundlePath,
      next: 'npm run build',
    });
  }
  let parts: ControlParts | undefined;
  const isControl = config.roles.includes('control');
  const ports = open(config, isControl ? (tenant) => parts?.wake(tenant) : undefined);
  // Only the control queue runs workflows.
  const deployment = isControl ? await deploymentOf(config) : undefined;
  const { connectionOptions, namespace = 'default' } = config.temporal;
  const connection = await NativeConnection.connect(connectionOptions);
  const clientConnection = await Connection.connect(connectionOptions);
  try {
    const client = new Client({ connection: clientConnection, namespace });
    const deps: WorkersDeps = {
      ...config,
      ...ports,
      connection,
      namespace,
      client,
      cache: new EvidenceCache(),
      workflows: { workflowBundle: { codePath: config.workflowBundlePath } },
      deployment,
      now: () => new Date(),
    };
    const workers = await createWorkers(deps);
    if (isControl)
      parts = await startControlParts({
        ...{ deps: controlDepsOf(deps), namespace, connectionOptions },
        warn: (details, what) => log.warn(details, what),
      });
    const stopping = new AbortController();
    const stop = () => {
      stopping.abort();
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    const running = Promise.all(workers.map((worker) => worker.run()));
    // A worker that fails meanwhile ends the process at once.
    if (deployment !== undefined) await Promise.race([running, becomeCurrent(client, deployment, stopping.signal)]);
    process.send?.({ ready: true });
    log.info({ roles: config.roles }, 'the worker is serving its task queues');
    await running;
    await parts?.stop();
  } finally {
    for (const database of ports.databases.values()) await database.close();
    await clientConnection.close();
    // When a worker could not be created, those before it still hold the connection; the reason is what matters then.
    await connection
      .close()
      .catch((error: unknown) =>
        log.warn({ message: messageOf(error) }, 'the connection to Temporal could not be closed'),
      );
  }
}

/** Runs go to the version that is current. A worker that is stopped meanwhile does not become it. */
async function becomeCurrent(client: Client, deployment: Deployment, signal: AbortSignal): Promise<void> {
  try {
    const isCurrent = await makeCurrent(client, deployment, signal);
    const { deploymentName, buildId } = deployment;
    log.info({ deploymentName, buildId, isCurrent }, 'the version of the workflow code');
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function pinoLevel(level: string): 'trace' | 'debug' | 'info' | 'warn' | 'error' {
  const known = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  return known[level as keyof typeof known];
}

/** The worker process, from its configuration to its exit code. */
export async function runProcess(open: OpenPorts): Promise<never> {
  try {
    await serve(readWorkerConfig(), open);
    process.exit(0);
  } catch (error) {
    log.fatal({ error: asLanekeeperError(error)?.detail ?? messageOf(error) }, 'the worker cannot run');
    process.exit(1);
  }
}
