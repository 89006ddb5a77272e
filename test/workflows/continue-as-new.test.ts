import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { changedSignal, decideUpdate, decisionSignal, statusQuery } from '../../workflows/promotion/contract.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

// Runs continue as new after a few steps, so that many messages arrive at that very moment.
const historyLength = '40';
const bursts = 12;

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': historyLength } });
});
afterAll(() => engine.close());

/** The run ids of a workflow id, oldest first. */
async function chainOf(workflowId: string): Promise<readonly string[]> {
  const runs: { readonly runId: string; readonly startTime: Date }[] = [];
  for await (const run of engine.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) runs.push(run);
  return runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime()).map((run) => run.runId);
}

describe('a promotion that continues as new repeatedly', () => {
  let bundle: Digest;
  let handle: PromotionHandle;
  let sent = 0;
  beforeAll(async () => {
    bundle = await sealText(engine, 'long');
    await engine.bringTo(bundle, 'bronze');
    await attachPreviewCheck(engine, bundle);
    await engine.bringTo(bundle, 'silver');
    handle = await engine.promote({
      lane: 'gold',
      bundle,
      request: await engine.sign('dev', { verb: 'request', lane: 'gold', bundle }),
    });
    await engine.reached(handle, 'AWAITING_APPROVAL');
  });

  const sign = (person: string, verb: 'approve' | 'request-changes') => {
    sent += 1;
    return engine.sign(person, { verb, lane: 'gold', bundle, promotionId: handle.firstExecutionRunId });
  };

  test('answers every update', async () => {
    for (let burst = 0; burst < bursts; burst += 1) {
      const [refused, asked, signalled] = await Promise.all([
        sign('dev', 'approve'),
        sign('bob', 'request-changes'),
        sign('alice', 'request-changes'),
      ]);
      const [first, second] = await Promise.all([
        handle.executeUpdate(decideUpdate, { args: [{ statement: refused }] }),
        handle.executeUpdate(decideUpdate, { args: [{ statement: asked }] }),
        handle.signal(decisionSignal, signalled),
        handle.signal(changedSignal),
      ]);
      expect([first, second]).toMatchObject([{ accepted: false }, { accepted: true }]);
    }
  });

  test('records every decision, including those sent as signals', async () => {
    const record = await engine.recordOf(handle);
    const recorded = () =>
      engine.database.transaction('default', (tx) =>
        tx.query<{ how: string; count: number }>(
          "select front_door || ' ' || accepted as how, count(*)::int as count from decisions where promotion_id = $1 group by 1 order by 1",
          [record],
        ),
      );
    await until(
      async () => (await recorded()).reduce((sum, row) => sum + row.count, 0) === sent + 1,
      `${String(sent)} decisions and the request`,
    );
    expect(await recorded()).toEqual([
      { how: 'SIGNAL true', count: bursts },
      { how: 'START true', count: 1 },
      { how: 'UPDATE false', count: bursts },
      { how: 'UPDATE true', count: bursts },
    ]);
  });

  test('keeps the id of its first run', async () => {
    const chain = await chainOf(handle.workflowId);
    expect(chain.length).toBeGreaterThan(1);
    expect(chain[0]).toBe(handle.firstExecutionRunId);
    expect(await handle.query(statusQuery)).toMatchObject({
      promotionId: await engine.recordOf(handle),
      state: 'GATING',
    });
  });

  test('goes live in the end', async () => {
    for (const person of ['alice', 'bob'])
      await handle.executeUpdate(decideUpdate, { args: [{ statement: await sign(person, 'approve') }] });
    await engine.reached(handle, 'LIVE');
    expect(await engine.answerOf('gold')).toBe('long');
  });
});

describe('a lane that continues as new repeatedly', () => {
  test('grants every promotion its turn, with increasing fencing tokens', async () => {
    const bundles: Digest[] = [];
    for (let index = 0; index < 8; index += 1) bundles.push(await sealText(engine, `turn ${String(index)}`));
    const handles = await Promise.all(bundles.map((bundle) => engine.promote({ lane: 'bronze', bundle })));
    await Promise.all(handles.map((one) => engine.reached(one, 'LIVE', 'SUPERSEDED')));
    expect((await chainOf(workflowIds.lane('default', 'shop', 'bronze'))).length).toBeGreaterThan(2);
    const records = await Promise.all(handles.map((one) => engine.recordOf(one)));
    const grants = await engine.database.transaction('default', (tx) =>
      tx.query<{ token: number }>(
        `select (data->>'fencingToken')::int as token from ${promotionEvents} e
          where type = 'lane.granted' and promotion_id = any($1) order by id`,
        [records],
      ),
    );
    const tokens = grants.map((row) => row.token);
    expect(tokens).toHaveLength(bundles.length);
    expect([...new Set(tokens)].sort((a, b) => a - b)).toEqual(tokens);
  }, 300_000);
});
