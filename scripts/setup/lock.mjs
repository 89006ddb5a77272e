import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { say } from './log.mjs';

/** A holder touches its lock every 5 s; after this long without a touch it is considered dead. */
const staleMs = 60_000;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function isStale(path) {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > staleMs) return true;
    const pid = Number(await readFile(join(path, 'pid'), 'utf8').catch(() => ''));
    return pid > 0 && !isAlive(pid);
  } catch {
    return false; // released in the meantime: the next mkdir decides
  }
}

/** Runs `work` while holding the lock folder `path`; waits for another holder and takes over from a dead one. */
export async function withLock(path, what, work) {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = 0; ; waited += 1) {
    try {
      await mkdir(path);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) {
      // Several runs may see the same dead holder; the rename picks one winner.
      const aside = `${path}.stale-${process.pid}`;
      await rename(path, aside).then(
        () => rm(aside, { recursive: true, force: true }),
        () => undefined,
      );
      continue;
    }
    if (waited % 10 === 0) say(`waiting for another run that holds the lock on ${what}`);
    await delay(500);
  }
  const touch = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), 5000);
  try {
    await writeFile(join(path, 'pid'), String(process.pid));
    return await work();
  } finally {
    clearInterval(touch);
    await rm(path, { recursive: true, force: true });
  }
}
