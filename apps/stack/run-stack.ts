import { mkdirSync } from 'node:fs';
import { messageOf, asLanekeeperError } from '../../core/errors.js';
import { readStackConfig, type StackConfig } from './config.js';
import { isRunning } from '../../adapters/process/identity.js';
import { stopProcess } from '../../adapters/process/stop-process.js';
import { prepareDatabase } from './migrate.js';
import { stopOrphans } from './orphans.js';
import { isSupervisorRunning, readStackRecord, type StackRecord } from './stack-file.js';
import { unlockDataFolder, lockDataFolder } from './data-folder-lock.js';
import { Supervisor } from './supervisor.js';

const log = (text: string): void => console.error(`[stack] ${text}`);

/** Exit code of `status` when no stack is running. */
const notRunningExitCode = 3;

async function start(config: StackConfig): Promise<number> {
  // Only this user may read what the parts write, whatever the mode of the data folder.
  process.umask(0o077);
  mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const holder = lockDataFolder(config.dataDir);
  if (holder !== undefined) {
    const record = readStackRecord(config.dataDir);
    console.log(`already running (pid ${holder.pid})`);
    if (record !== undefined) console.log(describe(record));
    return 0;
  }
  const begun = Date.now();
  const supervisor = new Supervisor(config, log);
  const stopping = { requested: false };
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!stopping.requested) log(`${signal}: stopping`);
        stopping.requested = true;
        void supervisor.stop().then(resolve);
      });
    }
  });
  try {
    const started = supervisor.start();
    const record = await Promise.race([started, stopped.then(() => undefined)]);
    if (record !== undefined) {
      console.log(`ready in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
      console.log(describe(record));
      await stopped;
    }
    await started.catch(() => undefined);
    log('stopped');
    return 0;
  } catch (error) {
    await supervisor.stop();
    if (stopping.requested) return 0;
    throw error;
  } finally {
    unlockDataFolder(config.dataDir);
  }
}

async function stop(config: StackConfig): Promise<number> {
  const record = readStackRecord(config.dataDir);
  if (record !== undefined && isSupervisorRunning(record)) {
    log(`stopping the stack of ${config.dataDir} (pid ${record.pid})`);
    // Longer than the grace periods of all parts together; a supervisor that still hangs then is killed and leaves
    // orphans, which are stopped below.
    await stopProcess(record.supervisor, [
      { signal: 'SIGTERM', graceMs: 60_000 },
      { signal: 'SIGKILL', graceMs: 5_000 },
    ]);
  } else {
    log(`no stack is running on ${config.dataDir}`);
  }
  await stopOrphans(config.dataDir, log);
  return 0;
}

function status(config: StackConfig): number {
  const record = readStackRecord(config.dataDir);
  if (record === undefined || !isSupervisorRunning(record)) {
    console.log(`no stack is running on ${config.dataDir}`);
    return notRunningExitCode;
  }
  console.log(`${record.state} since ${record.startedAt} (pid ${record.pid})`);
  console.log(describe(record));
  return 0;
}

function describe(record: StackRecord): string {
  const rows = [
    ['API', record.apiUrl],
    ['page', 'lane dashboard opens it'],
    ['Temporal', `${record.temporalAddress}, namespace ${record.namespace}`],
    ...(record.temporalUiUrl === undefined ? [] : [['Temporal UI', record.temporalUiUrl]]),
    ['data', record.dataDir],
    ['processes', record.children.map((child) => `${child.name} ${isRunning(child) ? child.pid : 'down'}`).join(', ')],
  ];
  return rows.map(([name, value]) => `  ${String(name).padEnd(12)} ${String(value)}`).join('\n');
}

async function run(config: StackConfig): Promise<number> {
  switch (config.command) {
    case 'start':
      return start(config);
    case 'stop':
      return stop(config);
    case 'status':
      return status(config);
    case 'migrate':
      for (const line of await prepareDatabase(config)) console.log(line);
      return 0;
  }
}

/**
 * The stack command, from its arguments to its exit code.
 *
 * @param others programs to start instead of those in `dist/`
 */
export async function runStack(others: Partial<StackConfig['programs']> = {}): Promise<never> {
  try {
    const config = readStackConfig(process.argv.slice(2));
    process.exit(await run({ ...config, programs: { ...config.programs, ...others } }));
  } catch (error) {
    const known = asLanekeeperError(error);
    console.error(
      `error: ${known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : messageOf(error))}`,
    );
    if (known?.object !== undefined) console.error(`object: ${known.object}`);
    if (known?.why !== undefined) console.error(`why: ${known.why}`);
    if (known?.next !== undefined) console.error(`next: ${known.next}`);
    process.exit(1);
  }
}
