import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import type { Digest } from '../../core/digest.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { sealText } from '../support/sealed-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

async function rollbackTo(bundle: Digest, person = 'carol'): Promise<PromotionHandle> {
  const request = await engine.sign(person, { verb: 'rollback', lane: 'bronze', bundle });
  return engine.promote({ lane: 'bronze', bundle, kind: 'ROLLBACK', request });
}

describe('a rollback', () => {
  let first: Digest;
  let second: Digest;
  let secondRun: PromotionHandle;
  beforeAll(async () => {
    first = await sealText(engine, 'first');
    second = await sealText(engine, 'second');
    await engine.bringTo(first, 'bronze');
  });

  test('is refused at once when nothing was live before, and leaves no rows', async () => {
    const request = await engine.sign('carol', { verb: 'rollback', lane: 'gold', bundle: first });
    const handle = await engine.promote({ lane: 'gold', bundle: first, kind: 'ROLLBACK', request });
    expect(await failureOf(handle.result())).toMatchObject({ type: 'NOTHING_TO_ROLL_BACK' });
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query("select 1 from promotions where kind = 'ROLLBACK'"),
    );
    expect(rows).toEqual([]);
  });

  test('brings back the previous bundle, ends the promotion that was live as ROLLED_BACK, and stays live itself', async () => {
    secondRun = await engine.promote({ lane: 'bronze', bundle: second });
    await engine.reached(secondRun, 'LIVE');
    expect(await engine.answerOf('bronze')).toBe('second');
    const handle = await rollbackTo(first);
    await engine.reached(handle, 'LIVE');
    expect(await engine.answerOf('bronze')).toBe('first');
    expect(await secondRun.result()).toMatchObject({ state: 'ROLLED_BACK' });
  });

  test('makes its bundle live, which is then not promoted once more', async () => {
    const again = await engine.promote({ lane: 'bronze', bundle: first });
    expect(await failureOf(again.result())).toMatchObject({ type: 'CONFLICT', nonRetryable: true });
  });

  test('that is the second in a row finds nothing, because the bundle that was rolled back does not count', async () => {
    const failure = await failureOf((await rollbackTo(second)).result());
    expect(failure).toMatchObject({ type: 'NOTHING_TO_ROLL_BACK' });
    expect(await engine.answerOf('bronze')).toBe('first');
  });

  test('is refused when its requester does not have the role for it', async () => {
    await engine.bringTo(await sealText(engine, 'third'), 'bronze');
    // Whoever starts it while the run before it closes waits for the record of the new one, and sees the refusal there.
    const failure = await failureOf(rollbackTo(first, 'alice').then((handle) => handle.result()));
    expect(failure).toMatchObject({ type: 'PERMISSION_DENIED' });
  });

  test('is refused without a signed request', async () => {
    const handle = await engine.promote({ lane: 'bronze', bundle: first, kind: 'ROLLBACK' });
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    expect(await failureOf(handle.result())).toMatchObject({ type: 'PERMISSION_DENIED' });
  });

  test('is refused for good when it asks for another bundle than the one that was live before', async () => {
    expect(await failureOf((await rollbackTo(second)).result())).toMatchObject({
      type: 'CONFLICT',
      nonRetryable: true,
    });
  });
});
