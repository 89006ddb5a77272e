import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { statusQuery } from '../../workflows/promotion/contract.js';
import type { Engine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { type SkippingEngine, startSkippingEngine } from '../support/skipping-engine.js';
import { until } from '../support/until.js';

let skipping: SkippingEngine;
let engine: Engine;
beforeAll(async () => {
  skipping = await startSkippingEngine();
  ({ engine } = skipping);
});
afterAll(() => skipping.close());

afterEach(() => skipping.setAhead(0));

describe('as time passes', () => {
  test('a preview check that becomes older than 24 hours closes its gate on its own', async () => {
    const bundle = await sealText(engine, 'ages');
    await engine.bringTo(bundle, 'bronze');
    await attachPreviewCheck(engine, bundle);
    await engine.bringTo(bundle, 'silver');
    const handle = await engine.promote({ lane: 'gold', bundle });
    const before = await engine.reached(handle, 'GATING', 'AWAITING_APPROVAL');
    expect(before).not.toContain('preview-check');
    await skipping.pass(24 * 3_600_000 + 1_000);
    await until(async () => (await handle.query(statusQuery)).reason.includes('preview-check'), 'the gate to close');
    expect((await handle.query(statusQuery)).reason).toContain('at most 24 h is allowed');
    await handle.terminate();
  });

  test('ten minutes without PostgreSQL add fewer than 60 events to a waiting promotion, which then continues', async () => {
    const bundle = await sealText(engine, 'outage');
    await engine.bringTo(bundle, 'bronze');
    const handle = await engine.promote({ lane: 'silver', bundle });
    await engine.reached(handle, 'GATING');
    const events = async () => (await handle.fetchHistory()).events?.length ?? 0;
    const before = await events();
    await engine.cluster.stopServer();
    await handle.signal('changed');
    // The first, quick retries happen in real time, before the waits become durable timers.
    await until(async () => (await events()) > before + 4, 'the first durable timer');
    await skipping.environment.sleep('10 minutes');
    const added = (await events()) - before;
    expect(added).toBeLessThan(60);
    await engine.cluster.startServer();
    await attachPreviewCheck(engine, bundle);
    await skipping.environment.sleep('3 minutes');
    await engine.reached(handle, 'LIVE');
  }, 300_000);
});
