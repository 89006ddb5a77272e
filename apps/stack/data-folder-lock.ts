import { linkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../adapters/files/json-file.js';
import { identify, isRunning, type ProcessIdentity } from '../../adapters/process/identity.js';

/**
 * Locks the data folder for this process. The lock identifies the process by pid and start time, so a lock that a
 * killed supervisor left behind is recognised as stale and taken over.
 * @returns the holder when another process holds the lock, else undefined
 */
export function lockDataFolder(dataDir: string): ProcessIdentity | undefined {
  const lock = join(dataDir, 'supervisor.lock');
  const mine = `${lock}.${process.pid}`;
  writeJsonFile(mine, identify(process.pid));
  try {
    for (;;) {
      try {
        // A link is created atomically and only if nothing is there: exactly one of several starters wins.
        linkSync(mine, lock);
        return undefined;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      const holder = readIdentity(lock);
      if (holder !== undefined && isRunning(holder)) return holder;
      const aside = `${lock}.dead-${process.pid}`;
      try {
        renameSync(lock, aside);
        rmSync(aside, { force: true });
      } catch {
        // Another starter removed it first.
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Releases the lock. */
export function unlockDataFolder(dataDir: string): void {
  rmSync(join(dataDir, 'supervisor.lock'), { force: true });
}

function readIdentity(path: string): ProcessIdentity | undefined {
  const value = readJsonFile(path);
  if (typeof value !== 'object' || value === null || !('pid' in value) || !('startedAt' in value)) return undefined;
  return typeof value.pid === 'number' && typeof value.startedAt === 'string'
    ? { pid: value.pid, startedAt: value.startedAt }
    : undefined;
}
