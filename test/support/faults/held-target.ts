import type { LaneTarget, TargetWork } from '../../../activities/lane/target.js';
import type { Hold } from './hold.js';

/** A target that stops at `deploy.switched` and `deploy.verified`: what it did has happened, and is not recorded yet. */
export function heldTarget(target: LaneTarget, hold: Hold): LaneTarget {
  const goingBack = new WeakSet<TargetWork>();
  return {
    apply: (work) => target.apply(work),
    async observe(work, generation) {
      await target.observe(work, generation);
      if (!goingBack.has(work)) await hold('deploy.switched');
    },
    async verify(work) {
      await target.verify(work);
      await hold('deploy.verified');
    },
    revert(work) {
      goingBack.add(work);
      return target.revert(work);
    },
  };
}
