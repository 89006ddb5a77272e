import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { Preparation } from '../../activities/policy/preparation.js';
import { LanekeeperError } from '../../core/errors.js';
import { type Engine, startEngine } from '../support/engine.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => engine.close());

test('a promotion with more evidence than a workflow task may wait for has it verified in an activity of its own', async () => {
  // What a thousand attestations do on a busy machine: the first attempt has used up its time.
  jest.spyOn(Preparation.prototype, 'provide').mockImplementationOnce(() => {
    throw new LanekeeperError('TIMED_OUT', { message: 'verifying the evidence takes longer than was allowed' });
  });
  const handle = await engine.promote({ lane: 'bronze', bundle: await sealText(engine, 'much evidence') });
  await engine.reached(handle, 'LIVE');
  const { events } = await handle.fetchHistory();
  const scheduled = (events ?? []).map((event) => event.activityTaskScheduledEventAttributes?.activityType?.name);
  expect(scheduled.filter((name) => name !== undefined)).toEqual(['openPromotion', 'moveLane', 'attestPromotion']);
});
