import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hexOf } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { searchAttributes } from '../../temporal-config/search-attributes.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { productOf } from '../replay/promotion-shapes.js';
import { rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import { closed, historiesOf, keeperOn, keptBytes, replayKept, terminated } from '../support/histories.js';
import { until } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

describe('a run that no record names', () => {
  const hex = hexOf(digestOf('no bundle'));
  const forged = {
    'has the id of a promotion that nobody has made': (product: string) => `promotion/default/${product}/gold/${hex}`,
    'has the id of a lane for which nobody waits': (product: string) => `lane/default/${product}/gold`,
    'names a tenant that does not exist': (product: string) => `promotion/nobody/${product}/gold/${hex}`,
  };
  test.each(Object.entries(forged))('is not kept: it %s', async (_what, idOf) => {
    const product = 'forged';
    const workflowId = idOf(product);
    const handle = await engine.client.workflow.start(workflowId.split('/')[0]!, {
      ...{ workflowId, taskQueue: 'foreign', memo: { promotion: 'mine' }, args: [{ tenant: 'default', product }] },
      typedSearchAttributes: [
        { key: searchAttributes.tenant, value: 'default' },
        { key: searchAttributes.product, value: product },
      ],
    });
    await handle.terminate('forged');
    await closed(engine, workflowId);
    const keeper = await keeperOn(engine);
    await keeper.look();
    expect(keeper.problems).toEqual([]);
    expect(await rowsOf(engine, 'select 1 from run_histories where run_id = $1', handle.firstExecutionRunId)).toEqual(
      [],
    );
  });

  test('is not kept, whether or not it takes the id of a promotion that exists', async () => {
    const { workflowId, runId } = await terminated(engine, 'taken');
    const handle = await engine.client.workflow.start('promotion', { workflowId, taskQueue: 'foreign' });
    await handle.terminate('forged');
    await closed(engine, workflowId, 2);
    await (await keeperOn(engine)).look();
    expect(await historiesOf(engine, workflowId)).toMatchObject([{ run_id: runId }]);
  });

  test('is not kept when our own code refuses it', async () => {
    const workflowId = 'promotion/default/refused/gold/x';
    const options = { workflowId, taskQueue: taskQueues.control, args: [{ tenant: 'default', padding: 'x' }] };
    await (await engine.client.workflow.start('promotion', options)).result().catch(() => undefined);
    await closed(engine, workflowId);
    await (await keeperOn(engine)).look();
    expect(await rowsOf(engine, 'select 1 from runs where workflow_id = $1', workflowId)).toEqual([]);
    expect(await historiesOf(engine, workflowId)).toEqual([]);
  });
});

test('the histories of all runs that worked for a promotion are kept, up to so much a day', async () => {
  const first = await terminated(engine, 'adopted');
  await (await keeperOn(engine, { maxHistoryBytesInADay: 10_000 })).look();
  await engine.reconcile();
  const second = engine.client.workflow.getHandle(first.workflowId);
  const adopted = 'select 1 from promotions where workflow_id = $1 and first_run_id <> $2';
  await until(async () => (await rowsOf(engine, adopted, first.workflowId, first.runId)).length > 0, 'another run');
  await second.terminate('again');
  await closed(engine, first.workflowId, 2);
  await (await keeperOn(engine, { maxHistoryBytesInADay: 10_000 })).look();
  expect(await historiesOf(engine, first.workflowId)).toMatchObject([
    { run_id: first.runId, outcome: 'KEPT' },
    { outcome: 'TOO_LARGE', digest: null },
  ]);
});

test('a history that was flooded with large signals is kept as well, and keeps no other from it', async () => {
  const shop = productOf(engine, 'flooded');
  const handle = await shop.promote('silver', await shop.seal('waits'));
  await engine.reached(handle, 'GATING');
  for (let sent = 0; sent < 6; sent += 1) await handle.signal('decision', 'x'.repeat(1_900_000));
  await handle.terminate('by a test');
  const other = await terminated(engine, 'not-flooded');
  await closed(engine, handle.workflowId);
  const keeper = await keeperOn(engine);
  await keeper.look();
  expect(keeper.problems).toEqual([]);
  const [row] = await historiesOf(engine, handle.workflowId);
  expect(row).toMatchObject({ run_id: handle.firstExecutionRunId, outcome: 'KEPT' });
  expect(row?.size).toBeGreaterThan(6 * 1_900_000);
  await replayKept(await keptBytes(engine, row!), handle.workflowId);
  expect(await historiesOf(engine, other.workflowId)).toMatchObject([{ outcome: 'KEPT' }]);
});
