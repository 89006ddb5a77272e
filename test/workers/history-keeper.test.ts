import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DeterminismViolationError } from '@temporalio/workflow';
import type { ContentStore, TenantStores } from '../../adapters/content-store/content-store.js';
import { digestOf } from '../../core/hash.js';
import { continuedShapes, productOf } from '../replay/promotion-shapes.js';
import { releaseShapes } from '../replay/release-shapes.js';
import { asOwner, rowsOf } from '../support/attack-scene.js';
import { type Engine, startEngine } from '../support/engine.js';
import {
  closed,
  closedRunsOf,
  countingCalls,
  historiesOf,
  keeperOn,
  keptBytes,
  replayKept,
  shownByTemporal,
  terminated,
} from '../support/histories.js';
import { until } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': '40' } });
});
afterAll(() => engine.close());

describe('the history of a promotion', () => {
  test('is kept when its run has ended, as Temporal shows it, and replays', async () => {
    const shop = productOf(engine, 'superseded');
    const first = await shop.live('bronze', await shop.seal('one'));
    await shop.live('bronze', await shop.seal('two'));
    await first.result();
    await closed(engine, first.workflowId);
    const keeper = await keeperOn(engine);
    await keeper.look();
    expect(keeper.problems).toEqual([]);
    const rows = await historiesOf(engine, first.workflowId);
    expect(rows).toMatchObject([{ run_id: first.firstExecutionRunId, outcome: 'KEPT', status: 'COMPLETED' }]);
    const bytes = await keptBytes(engine, rows[0]!);
    expect(bytes.toString('utf8')).toBe(shownByTemporal(engine, first.workflowId, first.firstExecutionRunId));
    expect([rows[0]?.digest, rows[0]?.size]).toEqual([digestOf(bytes), bytes.length]);
    await replayKept(bytes, first.workflowId);
    const swapped = bytes.toString('utf8').replaceAll('"moveLane"', '"attestPromotion"');
    await expect(replayKept(Buffer.from(swapped), first.workflowId)).rejects.toThrow(DeterminismViolationError);
  });
});

describe('the histories of a chain that continues as new', () => {
  test.each(['promotion-continues-as-new', 'lane-continues-as-new'])(
    'are kept, each naming the next: %s',
    async (shape) => {
      const { workflowId, runId = '' } = await continuedShapes[shape]!(engine, shape);
      await engine.client.workflow.getHandle(workflowId).terminate('the last one, too');
      await closed(engine, workflowId, 2);
      const keeper = await keeperOn(engine);
      await keeper.look();
      expect(keeper.problems).toEqual([]);
      const rows = await historiesOf(engine, workflowId);
      expect(rows[0]).toMatchObject({ run_id: runId, status: 'CONTINUED_AS_NEW', continued_from: null });
      expect(rows.at(-1)).toMatchObject({ status: 'TERMINATED', continued_as: null });
      for (const [at, row] of rows.entries()) {
        expect(row.continued_from).toBe(rows[at - 1]?.run_id ?? null);
        await replayKept(await keptBytes(engine, row), workflowId);
      }
    },
  );
});

test('a run that visibility did not show is kept with the next one of its chain', async () => {
  const { workflowId, runId = '' } = await continuedShapes['promotion-continues-as-new']!(engine, 'hidden');
  await engine.client.workflow.getHandle(workflowId).terminate('the last one, too');
  await closed(engine, workflowId, 2);
  const all = await closedRunsOf(engine.client, workflowId);
  const { client } = countingCalls(engine.client, (run) => all.includes(run) && run !== all[0]);
  await (await keeperOn(engine, { client })).look();
  const rows = await historiesOf(engine, workflowId);
  expect(rows.map((row) => row.run_id).sort()).toEqual([...all].sort());
  expect(rows[0]?.run_id).toBe(runId);
});

test('the history of a release is kept, and replays', async () => {
  const { workflowId } = await releaseShapes['sealed']!(engine, 'released');
  await closed(engine, workflowId);
  await (await keeperOn(engine)).look();
  const [row, ...others] = await historiesOf(engine, workflowId);
  expect(others).toEqual([]);
  const [release] = await rowsOf<{ id: string }>(engine, 'select id from releases where workflow_id = $1', workflowId);
  expect(row).toMatchObject({ run_id: release?.id, outcome: 'KEPT', status: 'COMPLETED' });
  await replayKept(await keptBytes(engine, row!), workflowId);
});

describe('a keeper', () => {
  test('finds what has closed while none was running, from where the last one had come to', async () => {
    const before = await terminated(engine, 'before');
    await (await keeperOn(engine)).look();
    expect(await historiesOf(engine, before.workflowId)).toHaveLength(1);
    const [cursor] = await rowsOf<{ closed_to: Date }>(engine, 'select closed_to from history_cursors');
    const meanwhile = await terminated(engine, 'meanwhile');
    const { client, calls } = countingCalls(engine.client);
    await (await keeperOn(engine, { client })).look();
    expect(await historiesOf(engine, meanwhile.workflowId)).toMatchObject([{ status: 'TERMINATED', outcome: 'KEPT' }]);
    const asked = new Date(/CloseTime >= '(.+)'/.exec(calls.queries[0] ?? '')?.[1] ?? '');
    expect(cursor!.closed_to.getTime() - asked.getTime()).toBe(5 * 60_000);
  });

  test('asks one thing in a round, and writes nothing, while nothing has closed', async () => {
    await terminated(engine, 'at-rest');
    const { client, calls } = countingCalls(engine.client);
    const keeper = await keeperOn(engine, { client });
    await keeper.look();
    const [before] = await rowsOf<{ rows: string }>(engine, countOfRows);
    Object.assign(calls, { queries: [], histories: 0, descriptions: 0 });
    await keeper.look();
    expect(calls).toMatchObject({ queries: [expect.stringContaining('CloseTime')], histories: 0, descriptions: 0 });
    expect(await rowsOf(engine, countOfRows)).toEqual([before]);
  });

  test('that shares the work with another one keeps each history once', async () => {
    const runs = [await terminated(engine, 'shared-one'), await terminated(engine, 'shared-two')];
    const keepers = [await keeperOn(engine), await keeperOn(engine)];
    await Promise.all(keepers.map((keeper) => keeper.look()));
    expect(keepers.flatMap(({ problems }) => problems)).toEqual([]);
    for (const { workflowId, runId } of runs)
      expect(await historiesOf(engine, workflowId)).toMatchObject([{ run_id: runId, outcome: 'KEPT' }]);
  });

  test('tries again what the content store refused, and keeps the others meanwhile', async () => {
    await (await keeperOn(engine)).look();
    const [one, other] = [await terminated(engine, 'refused-one'), await terminated(engine, 'refused-other')];
    const keeper = await keeperOn(engine, { blobs: refusing(1) });
    await keeper.look();
    const kept = async () => [
      ...(await historiesOf(engine, one.workflowId)),
      ...(await historiesOf(engine, other.workflowId)),
    ];
    expect(await kept()).toHaveLength(1);
    expect(keeper.problems).toEqual(['the disk is full']);
    await keeper.look();
    expect(await kept()).toHaveLength(2);
    expect(keeper.problems).toHaveLength(1);
  });

  test('leaves the cursor before a run that it could not keep, so that another one keeps it', async () => {
    await (await keeperOn(engine)).look();
    const run = await terminated(engine, 'left');
    const keeper = await keeperOn(engine, { blobs: refusing(Infinity) });
    await keeper.look();
    await terminated(engine, 'after');
    await keeper.look();
    await (await keeperOn(engine)).look();
    expect(await historiesOf(engine, run.workflowId)).toMatchObject([{ outcome: 'KEPT' }]);
  });

  test('records once that a history is larger than what is kept, and asks for it no more', async () => {
    await (await keeperOn(engine)).look();
    const { workflowId, runId } = await terminated(engine, 'large');
    await (await keeperOn(engine, { maxHistoryBytesInADay: 2_000 })).look();
    const large = [{ run_id: runId, outcome: 'TOO_LARGE', status: 'TERMINATED', digest: null, size: null }];
    expect(await historiesOf(engine, workflowId)).toMatchObject(large);
    const { client, calls } = countingCalls(engine.client);
    await (await keeperOn(engine, { client })).look();
    expect(calls.histories).toBe(0);
    expect(await historiesOf(engine, workflowId)).toMatchObject(large);
  });
});

describe('a run that Temporal has forgotten', () => {
  /** Has Temporal forget a run, as it does after the retention. */
  async function forget({ workflowId, runId }: { readonly workflowId: string; readonly runId: string }): Promise<void> {
    const execution = { namespace: 'default', workflowExecution: { workflowId, runId } };
    await engine.client.workflowService.deleteWorkflowExecution(execution);
    const handle = engine.client.workflow.getHandle(workflowId, runId);
    const isGone = () =>
      handle.describe().then(
        () => false,
        () => true,
      );
    await until(isGone, `${runId} to be forgotten`);
  }

  test('before its history could be kept is recorded as gone', async () => {
    await (await keeperOn(engine)).look();
    const run = await terminated(engine, 'gone');
    const keeper = await keeperOn(engine, { blobs: refusing(1) });
    await keeper.look();
    await forget(run);
    await keeper.look();
    expect(await historiesOf(engine, run.workflowId)).toMatchObject([
      { run_id: run.runId, outcome: 'GONE', digest: null },
    ]);
  });

  test('and that visibility never showed is found by its record, which has ended', async () => {
    const run = await terminated(engine, 'unseen');
    await forget(run);
    const keeper = await keeperOn(engine);
    await keeper.look({ sweep: true });
    expect(await historiesOf(engine, run.workflowId)).toEqual([]);
    await asOwner(engine, "update runs set recorded_at = now() - interval '1 hour' where id = $1", run.runId);
    await asOwner(
      engine,
      "update promotions set state = 'ABORTED', ended_at = now() - interval '1 hour' where first_run_id = $1",
      run.runId,
    );
    await keeper.look({ sweep: true });
    expect(await historiesOf(engine, run.workflowId)).toMatchObject([{ run_id: run.runId, outcome: 'GONE' }]);
    const { client, calls } = countingCalls(engine.client);
    await (await keeperOn(engine, { client })).look({ sweep: true });
    expect(calls.descriptions).toBe(0);
  });
});

const countOfRows = `select (select count(*) from runs) || ' ' || (select count(*) from run_histories) || ' '
  || (select max(xmin::text) from history_cursors) as rows`;

/** The real blobs, of which the first attempts to store something fail. */
function refusing(times: number): TenantStores {
  let left = times;
  return {
    of(tenant): ContentStore {
      const store = engine.stores.of(tenant);
      return {
        ...store,
        putStream: async (source) => {
          left -= 1;
          if (left >= 0) throw new Error('the disk is full');
          return store.putStream(source);
        },
      };
    },
  };
}
