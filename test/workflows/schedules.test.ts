import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { instantInWords } from '../../core/instant-in-words.js';
import { statusQuery } from '../../workflows/promotion/contract.js';
import { rowsOf } from '../support/attack-scene.js';
import type { Engine } from '../support/engine.js';
import { hold, retire } from '../support/restriction-people.js';
import { sealText } from '../support/sealed-bundle.js';
import { type SkippingEngine, startSkippingEngine } from '../support/skipping-engine.js';
import { until } from '../support/until.js';

const day = 24 * 3_600_000;

let skipping: SkippingEngine;
let engine: Engine;
beforeAll(async () => {
  skipping = await startSkippingEngine();
  ({ engine } = skipping);
});
afterAll(() => skipping.close());

const inDays = (days: number): string => new Date(skipping.now().getTime() + days * day).toISOString();

async function requested(text: string, schedule: { readonly notBefore?: string; readonly notAfter?: string }) {
  const bundle = await sealText(engine, text, { authorEmail: 'dev@example.com' });
  const issuedAt = skipping.now();
  const expiresAt = new Date(issuedAt.getTime() + 3_600_000).toISOString();
  const times = { issuedAt: issuedAt.toISOString(), expiresAt };
  const request = await engine.sign('dev', { verb: 'request', lane: 'bronze', bundle, ...schedule }, times);
  return engine.promote({ lane: 'bronze', bundle, request });
}

describe('a promotion that is scheduled', () => {
  test('and has not begun to deploy by the instant that its request names has failed, with a signed summary', async () => {
    await hold(engine, 'dev', {}, 'errors');
    const notAfter = inDays(1);
    const handle = await requested('too late', { notAfter });
    await engine.reached(handle, 'QUEUED');
    const id = await engine.recordOf(handle);
    await skipping.pass(day + 1_000);
    await engine.reached(handle, 'FAILED');
    expect((await handle.query(statusQuery)).reason).toBe(
      `it had not begun to deploy by ${instantInWords(new Date(notAfter))}`,
    );
    await until(async () => {
      const steps = await rowsOf(
        engine,
        "select 1 from promotion_steps where promotion_id = $1 and step = 'attest'",
        id,
      );
      return steps.length > 0;
    }, 'its end to be attested');
    expect(await handle.result()).toMatchObject({ state: 'FAILED' });
    await retire(engine, 'dev', { kind: 'hold', name: '_' });
  });

  test('starts at its instant by one durable timer, weeks later, without anybody', async () => {
    const notBefore = inDays(40);
    const handle = await requested('scheduled', { notBefore });
    await engine.reached(handle, 'QUEUED');
    expect((await handle.query(statusQuery)).reason).toContain(`scheduled for ${instantInWords(new Date(notBefore))}`);
    const before = (await handle.fetchHistory()).events?.length ?? 0;
    await skipping.pass(40 * day - 60_000);
    await engine.reached(handle, 'QUEUED');
    expect(((await handle.fetchHistory()).events?.length ?? 0) - before).toBeLessThan(10);
    await skipping.pass(61_000);
    await engine.reached(handle, 'LIVE');
  });
});
