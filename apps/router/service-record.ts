import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../adapters/files/json-file.js';
import { isRunning, isProcessIdentity, type ProcessIdentity } from '../../adapters/process/identity.js';
import { stopProcess } from '../../adapters/process/stop-process.js';

const recordFile = (dataDir: string): string => join(dataDir, 'services', 'running.json');

/**
 * Records on disk which service processes are running: they do not notice when the router is killed, so the next start
 * stops those that are recorded here.
 */
export class ServiceRecord {
  #file: string;
  #running = new Map<number, ProcessIdentity>();

  constructor(dataDir: string) {
    this.#file = recordFile(dataDir);
    mkdirSync(dirname(this.#file), { recursive: true });
    this.#write();
  }

  add(identity: ProcessIdentity): void {
    this.#running.set(identity.pid, identity);
    this.#write();
  }

  remove(identity: ProcessIdentity): void {
    this.#running.delete(identity.pid);
    this.#write();
  }

  #write(): void {
    writeJsonFile(this.#file, [...this.#running.values()]);
  }
}

/** Stops the service processes that a killed router left running on this data folder. */
export async function stopServices(dataDir: string): Promise<void> {
  const value = readJsonFile(recordFile(dataDir));
  const recorded = (Array.isArray(value) ? value : []).filter(isProcessIdentity).filter(isRunning);
  await Promise.all(
    recorded.map((identity) =>
      stopProcess(identity, [
        { signal: 'SIGTERM', graceMs: 3_000 },
        { signal: 'SIGKILL', graceMs: 3_000 },
      ]),
    ),
  );
}
