import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A named place in the middle of a step. */
export type FaultPoint = (name: string) => Promise<void>;

const pollMs = 10;

/**
 * Points at which a test can hold a process in order to kill it. While a file with the name of a point is in the
 * folder, a step that reaches the point creates `<name>.reached` and waits until the file is gone. Without a folder, a
 * step never waits.
 *
 * @param folder absolute; a testing aid, never set in production
 */
export function faultPointIn(folder: string | undefined): FaultPoint {
  return async (name) => {
    if (folder === undefined) return;
    const held = join(folder, name);
    if (!existsSync(held)) return;
    writeFileSync(`${held}.reached`, '');
    while (existsSync(held)) await delay(pollMs);
  };
}
