import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { WorkflowStartOptions } from '@temporalio/client';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { reconcileEveryMs } from '../../workers/reconciler.js';
import { isIn, pendingActivityOf, rowsOf, stateOf } from '../support/attack-scene.js';
import { expectCoherent, expectNobodyNamed } from '../support/coherence.js';
import { onTestFinished } from '../support/clean-up.js';
import { type Engine, startEngine } from '../support/engine.js';
import { type Placed, placedIn } from '../support/phases.js';
import { isSoak } from '../support/soak.js';
import { eventually, until } from '../support/until.js';

let engine: Engine;
let used = 0;
/** A number that no product has in its name yet. */
const products = () => (used += 1);
/** How far the clock of the workers is ahead, in milliseconds. */
let ahead = 0;
beforeAll(async () => {
  // The tests say when runs are compared with records, so that one comparison is shown to be enough.
  engine = await startEngine({ reconcileEveryMs: 3_600_000, now: () => new Date(Date.now() + ahead) });
});
afterAll(() => engine.close());

const phases = Object.keys(placedIn);
const runOf = (placed: Placed) => engine.client.workflow.getHandle(placed.handle.workflowId);

function cli(verb: string, placed: Placed, ...more: readonly string[]): void {
  const about = ['--workflow-id', placed.handle.workflowId];
  const { code, stderr } = engine.temporal.cli('workflow', verb, ...about, '--reason', 'by a test', ...more);
  if (code !== 0) throw new Error(stderr);
}

async function deleteRun(placed: Placed): Promise<void> {
  const { workflowId } = placed.handle;
  const execution = { namespace: 'default', workflowExecution: { workflowId } };
  await engine.client.workflowService.deleteWorkflowExecution(execution);
  const isGone = () =>
    runOf(placed)
      .describe()
      .then(
        () => false,
        () => true,
      );
  await until(isGone, `${workflowId} to be forgotten`);
}

/** Starts a run of our workflow in place of the one that works for the promotion, as any client can. */
async function takeOver(placed: Placed, input: object, options: Partial<WorkflowStartOptions>): Promise<string> {
  const { product, lane, bundle, handle } = placed;
  const { firstExecutionRunId } = await engine.client.workflow.start('promotion', {
    workflowId: handle.workflowId,
    taskQueue: taskQueues.control,
    args: [{ tenant: 'default', product, lane, bundle, ...input }],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    ...(options as object),
  });
  return firstExecutionRunId;
}

/** Takes over with a run that is followed by others of its chain, and ends the chain when a second one has begun. */
async function chain(placed: Placed, options: Partial<WorkflowStartOptions>): Promise<void> {
  const first = await takeOver(placed, {}, { workflowRunTimeout: '1 s', ...options });
  const hasFollowed = async () => {
    const { runId, status } = await runOf(placed).describe();
    return runId !== first || status.name !== 'RUNNING';
  };
  await until(hasFollowed, 'the second run of the chain');
  const open = 'select 1 from promotions where workflow_id = $1 and ended_at is null';
  await until(async () => {
    // A run in which our code has not begun has not seen the record; and for one that has ended, no run does anything.
    const { historyLength, status } = await runOf(placed).describe();
    const isOver = (await rowsOf(engine, open, placed.handle.workflowId)).length === 0;
    return historyLength > 4 || status.name !== 'RUNNING' || isOver;
  }, 'the second run to begin');
  await runOf(placed)
    .terminate()
    .catch(() => undefined);
}

/** A state that runs could be given once. */
const carried = { phase: 'VERIFYING', reason: 'invented', switched: true, fencingToken: 1, round: 5, attempt: 1 };

/** How a client of Temporal can end, rewind or replace a run. */
const ways: Readonly<Record<string, (placed: Placed) => unknown>> = {
  'is terminated': (placed) => runOf(placed).terminate(),
  'is deleted': deleteRun,
  'is reset to its first workflow task': (placed) => cli('reset', placed, '--type', 'FirstWorkflowTask'),
  'is reset to its last workflow task': (placed) => cli('reset', placed, '--type', 'LastWorkflowTask'),
  'is replaced by one with a cron schedule': (placed) => chain(placed, { cronSchedule: '@every 1s' }),
  'is replaced by one with a retry policy': (placed) =>
    chain(placed, { retry: { maximumAttempts: 2, initialInterval: '100 ms' } }),
  'is replaced by one that is given a state': async (placed) => {
    await takeOver(placed, { carried }, { retry: { maximumAttempts: 3, initialInterval: '100 ms' } });
    await until(async () => (await runOf(placed).describe()).status.name === 'FAILED', 'the run to fail');
  },
};

/** Where a promotion of each phase is once its run has ended. What was taking its lane is over. */
const afterwards: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(phases.map((phase) => [phase, [phase]])),
  GUARDING: ['ABORTED'],
  DEPLOYING: ['ABORTED'],
  VERIFYING: ['ABORTED'],
};
/** A run that was reset goes on with the same record, and its step may still end by itself. */
const afterReset: Readonly<Record<string, readonly string[]>> = {
  GUARDING: ['GUARDING', 'ERRORED'],
  DEPLOYING: ['FAILED'],
  VERIFYING: ['LIVE'],
};

test('runs are compared with records more often than once a minute', () => {
  expect(reconcileEveryMs).toBeLessThanOrEqual(30_000);
});

describe.each(phases)('a promotion that is %s', (phase) => {
  let placed: Placed | undefined;
  let products = 0;
  /** The same promotion for as long as it stays in its phase, then another one on another product. */
  const placeAgain = async (): Promise<Placed> => {
    if (placed !== undefined && (await stateOf(engine, placed.id)) === phase) return placed;
    await placed?.release();
    products += 1;
    return (placed = await placedIn[phase]!(engine, `ended-${phase.toLowerCase().replace('_', '-')}-${products}`));
  };
  afterAll(() => placed?.release());

  // In the short form half of them, in each phase the others than in the one before.
  const isTried = (at: number): boolean => isSoak || (at + phases.indexOf(phase)) % 2 === 0;
  test.each(Object.entries(ways).filter((_way, at) => isTried(at)))(
    'and whose run %s is where its rows say, and holds no lane in vain',
    async (way, end) => {
      const one = await placeAgain();
      const [before] = await rowsOf<{ id: number }>(engine, 'select max(id)::int as id from method_events');
      await end(one);
      await engine.reconcile();
      const expected = way.includes('reset') ? (afterReset[phase] ?? [phase]) : afterwards[phase]!;
      await eventually(async () => {
        expect(expected).toContain(await stateOf(engine, one.id));
        await expectCoherent(engine, one);
      });
      await expectNobodyNamed(engine, one, before!.id);
    },
  );

  test('goes on when it is cancelled, because abort is a verb that a person signs', async () => {
    const one = await placeAgain();
    const [before] = await rowsOf<{ id: number }>(engine, 'select max(id)::int as id from method_events');
    const { runId } = await runOf(one).describe();
    await runOf(one).cancel();
    // Whoever answers has read what was sent before.
    await runOf(one).query('status');
    await engine.reconcile();
    await isIn(engine, one.id, { DEPLOYING: 'FAILED', VERIFYING: 'LIVE' }[phase] ?? phase);
    await eventually(() => expectCoherent(engine, one));
    expect((await runOf(one).describe()).runId).toBe(runId);
    await expectNobodyNamed(engine, one, before!.id);
  });
});

describe('a lane whose holder is dead', () => {
  /** The promotion that holds the lane which another one waits for. */
  const holderOf = async ({ product, lane }: Placed) => {
    const [holder] = await rowsOf<{ id: string; workflow_id: string }>(
      engine,
      `select p.id, p.workflow_id from lanes l join promotions p on p.id = l.holder_promotion_id
        where l.product = $1 and l.lane = $2`,
      product,
      lane,
    );
    return holder!;
  };

  test('is given to the one that waits for it, before runs are compared with records', async () => {
    const waiting = await placedIn['QUEUED']!(engine, 'waited-for');
    onTestFinished(() => waiting.release());
    const holder = await holderOf(waiting);
    await engine.client.workflow.getHandle(holder.workflow_id).terminate();
    await isIn(engine, waiting.id, 'LIVE');
    expect(await stateOf(engine, holder.id)).toBe('ABORTED');
    await eventually(() => expectCoherent(engine, waiting));
  });

  test('is free although runs that fail take turns under the id of the holder', async () => {
    const holder = await placedIn['GUARDING']!(engine, 'occupied');
    onTestFinished(() => holder.release());
    await takeOver(holder, { carried }, { cronSchedule: '@every 1s' });
    onTestFinished(() => runOf(holder).terminate());
    await engine.reconcile();
    expect(await stateOf(engine, holder.id)).toBe('ABORTED');
    expect(await rowsOf(engine, 'select 1 from lanes where holder_promotion_id = $1', holder.id)).toEqual([]);
  });

  test.each<[string, Partial<WorkflowStartOptions>]>([
    ['begins in ten years', { startDelay: '3650 days' }],
    ['begins next year', { cronSchedule: '0 0 1 1 *' }],
  ])('is free although a run under the id of the holder %s', async (_when, options) => {
    const holder = await placedIn['DEPLOYING']!(engine, `occupied-${products()}`);
    onTestFinished(() => holder.release());
    await takeOver(holder, {}, options);
    // One that has just begun may still have to take the promotion up.
    ahead += 61_000;
    await engine.reconcile();
    await isIn(engine, holder.id, 'ABORTED');
    await eventually(() => expectCoherent(engine, holder));
  });

  test('is free although the activity of the holder waits on a queue that nobody serves', async () => {
    const holder = await placedIn['GUARDING']!(engine, 'misdirected');
    onTestFinished(() => holder.release());
    const about = ['--workflow-id', holder.handle.workflowId, '--activity-id', await pendingActivityOf(holder)];
    const { code, stderr } = engine.temporal.cli('activity', 'update-options', ...about, '--task-queue', 'nowhere');
    expect([code, stderr]).toEqual([0, expect.anything()]);
    await engine.reconcile();
    expect(await stateOf(engine, holder.id)).toBe('GUARDING');
    ahead += 31 * 60_000;
    await engine.reconcile();
    expect(await stateOf(engine, holder.id)).toBe('ABORTED');
    expect(await rowsOf(engine, 'select 1 from lanes where holder_promotion_id = $1', holder.id)).toEqual([]);
  });

  test.each(['AWAITING_APPROVAL', 'DEPLOYING'])(
    'or who waits for it (%s) gets a run again in place of those that fail',
    async (phase) => {
      const placed = await placedIn[phase]!(engine, `occupied-${phase.toLowerCase().replace('_', '-')}`);
      onTestFinished(() => placed.release());
      await takeOver(placed, { carried }, { cronSchedule: '@every 1s' });
      await engine.reconcile();
      // A run that has just begun may still have to take the promotion up.
      ahead += 61_000;
      await engine.reconcile();
      await eventually(async () => {
        expect(afterwards[phase]).toContain(await stateOf(engine, placed.id));
        await expectCoherent(engine, placed);
      });
    },
  );
});
