import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Called at a named place in the middle of a step; what calls it waits. */
export type Hold = (point: string) => Promise<void>;

const pollMs = 10;

/**
 * Points at which a test holds a process in order to kill it. While a file with the name of a point is in the folder,
 * whatever reaches the point creates `<name>.reached` and waits until the file is gone.
 */
export function holdIn(folder: string): Hold {
  return async (point) => {
    const held = join(folder, point);
    if (!existsSync(held)) return;
    writeFileSync(`${held}.reached`, '');
    while (existsSync(held)) await delay(pollMs);
  };
}

/** Where the programs of a crash test look for points: in the data folder of their stack. */
export function pointsIn(dataDir: string): string {
  return join(dataDir, 'points');
}
