import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { searchAttributeDefinitions } from '../../temporal-config/search-attributes.js';
import { statusQuery } from '../../workflows/promotion/contract.js';
import { type Engine, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { toolPath } from '../support/tool-path.js';
import { until } from '../support/until.js';

// `INDEXED_VALUE_TYPE_KEYWORD` in Temporal's API.
const keyword = 2;

let environment: TestWorkflowEnvironment;
let engine: Engine;
let aheadMs = 0;
beforeAll(async () => {
  environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: toolPath('temporalTestServer') } },
  });
  const namespace = environment.namespace ?? 'default';
  const attributes = Object.fromEntries(searchAttributeDefinitions.map(({ name }) => [name, keyword]));
  await environment.connection.operatorService.addSearchAttributes({ namespace, searchAttributes: attributes });
  engine = await startEngine({
    temporal: {
      address: environment.address,
      namespace: 'default',
      cli: () => ({ code: 1, stdout: '', stderr: '' }),
      ask: () => Promise.resolve(''),
      close: () => Promise.resolve(),
    },
    now: () => new Date(Date.now() + aheadMs),
  });
});
afterAll(async () => {
  await engine.close();
  await environment.teardown();
});

afterEach(() => {
  aheadMs = 0;
});

describe('as time passes', () => {
  test('a preview check that becomes older than 24 hours closes its gate on its own', async () => {
    const bundle = await sealText(engine, 'ages');
    await engine.bringTo(bundle, 'bronze');
    await attachPreviewCheck(engine, bundle);
    await engine.bringTo(bundle, 'silver');
    const handle = await engine.promote({ lane: 'gold', bundle });
    const before = await engine.reached(handle, 'GATING', 'AWAITING_APPROVAL');
    expect(before).not.toContain('preview-check');
    aheadMs = 24 * 3_600_000 + 1_000;
    await environment.sleep(aheadMs);
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
    await environment.sleep('10 minutes');
    const added = (await events()) - before;
    expect(added).toBeLessThan(60);
    await engine.cluster.startServer();
    await attachPreviewCheck(engine, bundle);
    await environment.sleep('3 minutes');
    await engine.reached(handle, 'LIVE');
  }, 300_000);
});
