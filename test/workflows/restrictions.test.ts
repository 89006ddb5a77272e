import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { nameOfHold } from '../../core/restriction/model.js';
import { requirePromotion } from '../../store/promotion/read.js';
import { decideUpdate } from '../../workflows/promotion/contract.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { hold, put, recall, retire, windowOf } from '../support/restriction-people.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 120_000);
afterAll(() => engine.close());

const rowOf = async (handle: PromotionHandle) => {
  const id = await engine.recordOf(handle);
  return engine.database.transaction('default', (tx) => requirePromotion(tx, id));
};

const bundleOf = (text: string): Promise<Digest> => sealText(engine, text, { authorEmail: 'dev@example.com' });

const minutes = (count: number): string => new Date(Date.now() + count * 60_000).toISOString().slice(0, 19);

describe('a lane that somebody holds', () => {
  test('is not taken by a promotion whose gates pass: it waits, says for whom, and goes on when the hold is lifted', async () => {
    const scope = { product: 'shop', lane: 'bronze' } as const;
    const first = await bundleOf('held');
    await hold(engine, 'dev', scope, 'checkout errors');
    const handle = await engine.promote({ lane: 'bronze', bundle: first });
    await engine.reached(handle, 'QUEUED');
    expect((await rowOf(handle)).reason).toBe('every gate passes; dev holds bronze of shop: checkout errors');
    await retire(engine, 'dev', { kind: 'hold', name: nameOfHold(scope) });
    await engine.reached(handle, 'LIVE');
  });

  test('is held for two reasons, and opens when both are lifted', async () => {
    const scope = { product: 'shop' };
    await hold(engine, 'dev', scope, 'one reason');
    const other = await hold(engine, 'carol', scope, 'another reason');
    const handle = await engine.promote({ lane: 'bronze', bundle: await bundleOf('held twice') });
    await engine.reached(handle, 'QUEUED');
    expect((await rowOf(handle)).reason).toContain('one reason');
    await put(engine, 'dev', { kind: 'hold', name: nameOfHold(scope), spec: { ...scope, holds: [other] } });
    await until(async () => !((await rowOf(handle)).reason ?? '').includes('one reason'), 'one to be lifted');
    expect((await rowOf(handle)).reason).toBe('every gate passes; carol holds every lane of shop: another reason');
    await retire(engine, 'carol', { kind: 'hold', name: nameOfHold(scope) });
    await engine.reached(handle, 'LIVE');
  });
});
