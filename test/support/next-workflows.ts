import { defineQuery, patched, setHandler, setWorkflowOptions, sleep } from '@temporalio/workflow';
import { versioned } from '../../workflows/versioning.js';
import { lane as presentLane } from '../../workflows/lane/workflow.js';
import { promotion as presentPromotion } from '../../workflows/promotion/workflow.js';
import { release as presentRelease } from '../../workflows/release/workflow.js';

/** Which code answers a run. */
export const codeQuery = defineQuery<string>('code');

/** Promotions of a next version: what is new is behind a patch, so that those that began before go on with it. */
export async function promotion(input: unknown) {
  const began = patched('of-the-next-version') ? 'next' : 'present';
  setHandler(codeQuery, () => `next, for a run that began with the ${began} one`);
  return presentPromotion(input);
}
setWorkflowOptions(versioned('AUTO_UPGRADE'), promotion);

/** Lanes of it, likewise. */
export async function lane(input: unknown) {
  setHandler(codeQuery, () => 'next');
  return presentLane(input);
}
setWorkflowOptions(versioned('AUTO_UPGRADE'), lane);

/** Releases of it begin in another way, without a patch: one that began with the present version cannot replay here. */
export async function release(input: unknown) {
  setHandler(codeQuery, () => 'next');
  await sleep(1);
  return presentRelease(input);
}
setWorkflowOptions(versioned('PINNED'), release);

export { unknown as default } from '../../workflows/unknown.js';
