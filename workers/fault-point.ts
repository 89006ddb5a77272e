import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { LaneTarget, TargetWork } from '../activities/lane/target.js';

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

/** A target that stops at `deploy.switched` and `deploy.verified`: what it did has happened, and is not recorded yet. */
export function stoppingTarget(target: LaneTarget, faultPoint: FaultPoint): LaneTarget {
  const goingBack = new WeakSet<TargetWork>();
  return {
    apply: (work) => target.apply(work),
    async observe(work, generation) {
      await target.observe(work, generation);
      if (!goingBack.has(work)) await faultPoint('deploy.switched');
    },
    async verify(work) {
      await target.verify(work);
      await faultPoint('deploy.verified');
    },
    revert(work) {
      goingBack.add(work);
      return target.revert(work);
    },
  };
}
