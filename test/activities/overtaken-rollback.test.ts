import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { sealText } from '../support/sealed-bundle.js';

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
});
afterAll(() => scene.close());

const product = 'overtaken';
const wayOf = (bundle: Digest): Way => ({ product, lane: 'gold', bundle });

/** Opens a promotion, or a rollback that a person has signed. */
async function opened(bundle: Digest, kind: 'PROMOTION' | 'ROLLBACK' = 'PROMOTION') {
  const request = kind === 'ROLLBACK' ? await scene.sign('dev', 'rollback', wayOf(bundle)) : undefined;
  const more = request !== undefined && { request };
  const { promotionId, phase } = await scene.open(wayOf(bundle), undefined, { kind, ...more });
  return { ...wayOf(bundle), kind, id: promotionId, phase };
}

/** Performs what a promotion still has to do to go live. */
async function goLive(promotion: Awaited<ReturnType<typeof opened>>): Promise<void> {
  if (promotion.kind === 'PROMOTION') await scene.step(promotion, 'guard', 1);
  for (const step of ['deploy', 'verify'] as const) await scene.step(promotion, step, 1);
  expect(await scene.promotion(promotion.id)).toMatchObject({ state: 'LIVE' });
}

test('a rollback whose bundle another one has withdrawn meanwhile does not take the lane, and says so', async () => {
  const [first, second, third] = await Promise.all(
    ['first', 'second', 'third'].map((text) => sealText(scene, text, { product })),
  );
  await goLive(await opened(first!));
  await goLive(await opened(second!));
  const promotion = await opened(third!);
  await scene.step(promotion, 'guard', 1);
  // It is deploying, so that this one has to wait for it.
  const toFirst = await opened(first!, 'ROLLBACK');
  for (const step of ['deploy', 'verify'] as const) await scene.step(promotion, step, 1);
  expect(await scene.advance(toFirst.id, { type: 'woken' })).toMatchObject({ phase: 'DEPLOYING' });
  const toSecond = await opened(second!, 'ROLLBACK');
  expect(toSecond.phase).toBe('QUEUED');
  await goLive(toFirst);
  expect(await scene.advance(toSecond.id, { type: 'woken' })).toMatchObject({
    phase: 'GATING',
    owed: [],
    reason: 'rollback-target: another rollback has withdrawn the bundle from gold',
  });
  const lane = 'select holder_promotion_id from lanes where product = $1';
  expect(await scene.rows(lane, product)).toEqual([{ holder_promotion_id: null }]);
  const abort = await scene.sign('dev', 'abort', toSecond, toSecond.id);
  const statement = { type: 'statement', statement: abort, frontDoor: 'UPDATE' } as const;
  expect(await scene.advance(toSecond.id, statement)).toMatchObject({ phase: 'ABORTED' });
});
