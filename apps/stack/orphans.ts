import { isRunning } from '../../adapters/process/identity.js';
import { stopProcess } from '../../adapters/process/stop-process.js';
import { stopServices } from '../router/service-record.js';
import { readStackRecord } from './stack-file.js';

/** Stops what a killed supervisor left running; each process is identified by its pid and start time. */
export async function stopOrphans(dataDir: string, log: (text: string) => void): Promise<void> {
  const orphans = (readStackRecord(dataDir)?.children ?? []).filter(isRunning);
  if (orphans.length > 0)
    log(
      `stopping what an earlier start left running: ${orphans.map(({ name, pid }) => `${name} (${pid})`).join(', ')}`,
    );
  // PostgreSQL understands SIGINT as a fast shutdown; SIGTERM would wait for its clients.
  const first = (name: string): NodeJS.Signals => (name === 'postgres' ? 'SIGINT' : 'SIGTERM');
  await Promise.all(
    orphans.map(({ name, ...identity }) =>
      stopProcess(identity, [
        { signal: first(name), graceMs: 8_000 },
        { signal: 'SIGKILL', graceMs: 5_000 },
      ]),
    ),
  );
  await stopServices(dataDir);
}
