import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LaneScene, type Way } from '../support/lane-scene.js';
import { sealText } from '../support/sealed-bundle.js';

let scene: LaneScene;
beforeAll(async () => {
  scene = await LaneScene.start();
});
afterAll(() => scene.close());

describe('a run that has ended', () => {
  let way: Way;
  let promotionId: string;
  beforeAll(async () => {
    way = { product: 'replaced', lane: 'gold', bundle: await sealText(scene, 'replaced', { product: 'replaced' }) };
    ({ promotionId } = await scene.open(way, 'first'));
    await scene.step({ ...way, id: promotionId }, 'guard', 1);
    await scene.step({ ...way, id: promotionId }, 'deploy', 1);
    await scene.step({ ...way, id: promotionId }, 'verify', 1);
    scene.endedRuns.add('first');
    await scene.open(way, 'second', { promotion: promotionId });
  });

  test('has its promotion taken over by the next one', async () => {
    expect(await scene.promotion(promotionId)).toMatchObject({ firstRunId: 'second', state: 'LIVE' });
  });

  test('does not take it back, however late its call is', async () => {
    await expect(scene.open(way, 'first')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await scene.promotion(promotionId)).toMatchObject({ firstRunId: 'second', state: 'LIVE' });
  });

  test('takes it back when it was reset, because it is open again then', async () => {
    scene.endedRuns.delete('first');
    scene.endedRuns.add('second');
    await scene.open(way, 'first');
    expect(await scene.promotion(promotionId)).toMatchObject({ firstRunId: 'first', state: 'LIVE' });
  });
});
