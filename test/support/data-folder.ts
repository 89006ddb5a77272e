import { chmod, mkdtemp, realpath, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux's file system in memory. */
const inMemory = '/dev/shm';
/** What the test files that run at a time, and what they leave in memory besides, stay far below. */
const roomNeeded = 4 * 1024 ** 3;

/**
 * Where data folders go: into memory where there is room, since PostgreSQL and Temporal wait for the disk at every
 * commit, and the suite makes hundreds of thousands. A server that is killed loses nothing there either.
 */
async function parentFolder(): Promise<string> {
  const found = await statfs(inMemory).catch(() => undefined);
  return found !== undefined && found.bavail * found.bsize >= roomNeeded ? inMemory : tmpdir();
}

/** A data folder that the database user can enter when the tests run as root. */
export async function dataFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(await parentFolder(), 'lanekeeper-data-')));
  await chmod(folder, 0o711);
  return folder;
}
