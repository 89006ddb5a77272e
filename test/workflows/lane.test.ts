import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { servicesOf } from '../../store/alias/read.js';
import { switchAlias } from '../../store/alias/write.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { holdsOf } from '../support/holds.js';
import { sealText } from '../support/sealed-bundle.js';
import { until } from '../support/until.js';
import { promotionEvents } from '../support/event-tables.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

const neverHealthy = 'setInterval(() => undefined, 1000);\n';

describe('a lane', () => {
  test('is held by only one of twenty simultaneous promotions at a time', async () => {
    const bundles: Digest[] = [];
    for (let index = 0; index < 20; index += 1) bundles.push(await sealText(engine, `race ${index}`));
    await Promise.all(bundles.map((bundle) => engine.promote({ lane: 'bronze', bundle })));
    const arrived = () =>
      engine.database.transaction('default', (tx) =>
        tx.query("select 1 from promotions where state in ('LIVE', 'SUPERSEDED')"),
      );
    await until(async () => (await arrived()).length === 20, 'all twenty to have been live', 150_000);
    const holds = await holdsOf(engine.database, 'bronze');
    expect(holds).toHaveLength(20);
    for (const [index, hold] of holds.entries()) expect(hold.from).toBeGreaterThanOrEqual(holds[index - 1]?.to ?? 0);
  }, 300_000);

  test('keeps serving the previous bundle when a service never becomes healthy', async () => {
    const good = await sealText(engine, 'good');
    await engine.bringTo(good, 'bronze');
    const bad = await sealText(engine, 'bad', { source: neverHealthy });
    const handle = await engine.promote({ lane: 'bronze', bundle: bad });
    expect(await handle.result()).toMatchObject({ state: 'FAILED' });
    expect(await engine.answerOf('bronze')).toBe('good');
    const rows = await engine.database.transaction('default', (tx) =>
      tx.query<{ bundle_digest: string }>("select bundle_digest from lane_aliases where lane = 'bronze'"),
    );
    expect(rows[0]?.bundle_digest).toBe(good);
    const summaries = await engine.database.transaction('default', (tx) =>
      tx.query(
        "select 1 from attestations a join element_relationships r on r.source_element_id = a.element_id where a.kind = 'verification-summary' and r.target_element_id = $1",
        [`bundle/${bad}`],
      ),
    );
    expect(summaries).toHaveLength(1);
  });

  describe('whose holder is terminated while it deploys', () => {
    let handle: PromotionHandle;
    let token: number;
    let record: string;
    beforeAll(async () => {
      handle = await engine.promote({
        lane: 'bronze',
        bundle: await sealText(engine, 'stuck', { source: neverHealthy }),
      });
      await engine.reached(handle, 'DEPLOYING');
      record = await engine.recordOf(handle);
      const rows = await engine.database.transaction('default', (tx) =>
        tx.query<{ fencing_token: number }>("select fencing_token from lanes where lane = 'bronze'"),
      );
      token = rows[0]?.fencing_token ?? 0;
      await handle.terminate('by a test');
    });

    test('becomes free for the next promotion', async () => {
      await engine.bringTo(await sealText(engine, 'after the terminated one'), 'bronze');
      expect(await engine.answerOf('bronze')).toBe('after the terminated one');
      const rows = await engine.database.transaction('default', (tx) =>
        tx.query<{ state: string }>('select state from promotions where id = $1', [record]),
      );
      expect(rows[0]?.state).toBe('ABORTED');
    });

    test('refuses the late deploy by its fencing token', async () => {
      const late = engine.database.transaction('default', async (tx) => {
        const [row] = await tx.query<{ bundle_digest: Digest }>('select bundle_digest from promotions where id = $1', [
          record,
        ]);
        const target = await servicesOf(tx, row?.bundle_digest as Digest);
        return switchAlias(tx, {
          ...target,
          product: 'shop',
          lane: 'bronze',
          promotionId: record,
          fencingToken: token,
          idempotencyKey: 'late',
        });
      });
      await expect(late).rejects.toThrow('only the holder of a lane switches it');
      expect(await engine.answerOf('bronze')).toBe('after the terminated one');
    });
  });

  test('is granted to a rollback before a promotion that is only queued', async () => {
    const history = await engine.database.transaction('default', (tx) =>
      tx.query<{ bundle_digest: Digest }>(
        "select bundle_digest from lane_history where lane = 'bronze' and withdrawn_by is null order by position desc limit 2",
      ),
    );
    const before = history[1]?.bundle_digest as Digest;
    const stuck = await engine.promote({
      lane: 'bronze',
      bundle: await sealText(engine, 'holds the lane', { source: neverHealthy }),
    });
    await engine.reached(stuck, 'DEPLOYING');
    const queued = await engine.promote({ lane: 'bronze', bundle: await sealText(engine, 'queued first') });
    await engine.reached(queued, 'QUEUED');
    const request = await engine.sign('carol', { verb: 'rollback', lane: 'bronze', bundle: before });
    const rollback = await engine.promote({ lane: 'bronze', bundle: before, kind: 'ROLLBACK', request });
    await engine.reached(queued, 'LIVE');
    const records = [await engine.recordOf(rollback), await engine.recordOf(queued)];
    const tokens = await engine.database.transaction('default', (tx) =>
      tx.query<{ promotion_id: string }>(
        `select promotion_id from ${promotionEvents} e
          where type = 'lane.granted' and promotion_id = any($1) order by (data->>'fencingToken')::bigint`,
        [records],
      ),
    );
    expect(tokens.map((row) => row.promotion_id)).toEqual(records);
    expect(workflowIds.lane('default', 'shop', 'bronze')).toBe('lane/default/shop/bronze');
  });
});
