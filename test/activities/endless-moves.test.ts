import { expect, jest, test } from '@jest/globals';
import * as reducer from '../../core/promotion/reducer.js';
import { onTestFinished } from '../support/clean-up.js';
import { sealText } from '../support/sealed-bundle.js';

/** A state machine that never comes to rest, as a defect of ours would be: it enters the phase in which it is. */
let isDefective = false;
jest.unstable_mockModule('../../core/promotion/reducer.js', () => ({
  ...reducer,
  nextMove: (...args: Parameters<typeof reducer.nextMove>) =>
    isDefective ? { type: 'enter', phase: args[0].phase, reason: 'again' } : reducer.nextMove(...args),
}));
const { LaneScene } = await import('../support/lane-scene.js');

test('a promotion that never comes to rest is an internal error after sixteen moves, and nothing is written', async () => {
  const scene = await LaneScene.start();
  onTestFinished(() => scene.close());
  const bundle = await sealText(scene, 'endless', { product: 'endless' });
  const { promotionId } = await scene.open({ product: 'endless', lane: 'gold', bundle });
  const before = await scene.promotion(promotionId);
  isDefective = true;
  await expect(scene.advance(promotionId, { type: 'woken' })).rejects.toMatchObject({
    code: 'INTERNAL',
    message: 'a promotion made more than 16 moves at once',
  });
  expect(await scene.promotion(promotionId)).toEqual(before);
});
