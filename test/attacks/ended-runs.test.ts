import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { taskQueues } from '../../temporal-config/task-queues.js';
import {
  approveByTwo,
  decide,
  rowsOf,
  signedFor,
  startReconcilingEngine,
  stateOf,
  waitingForApproval,
} from '../support/attack-scene.js';
import { onTestFinished } from '../support/clean-up.js';
import type { Engine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { type Placed, placedIn } from '../support/phases.js';
import { sealText } from '../support/sealed-bundle.js';
import { eventually, until } from '../support/until.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startReconcilingEngine();
});
afterAll(() => engine.close());

const ended = ['SUPERSEDED', 'ROLLED_BACK', 'REJECTED', 'ABORTED', 'FAILED'];

/** How a client of Temporal can end or rewind a run. */
const ways: Readonly<Record<string, (workflowId: string) => unknown>> = {
  'was terminated': (id) => cli('terminate', id, '--reason', 'by a test'),
  'was deleted': (id) => cli('delete', id, '--yes'),
  'was reset to its first workflow task': (id) =>
    cli('reset', id, '--type', 'FirstWorkflowTask', '--reason', 'by a test'),
  'was reset to its last workflow task': (id) =>
    cli('reset', id, '--type', 'LastWorkflowTask', '--reason', 'by a test'),
};

function cli(verb: string, workflowId: string, ...more: readonly string[]): void {
  const { code, stderr } = engine.temporal.cli('workflow', verb, '--workflow-id', workflowId, ...more);
  if (code !== 0) throw new Error(stderr);
}

/** How the promotions of each phase go on once their run has ended. */
const afterwards: Readonly<Record<string, readonly string[]>> = {
  // Nothing has been done yet that a new run would have to undo.
  GATING: ['GATING'],
  AWAITING_APPROVAL: ['AWAITING_APPROVAL'],
  QUEUED: ['QUEUED'],
  ERRORED: ['ERRORED'],
  LIVE: ['LIVE'],
  // The lane is freed; what was switched goes back to what was live.
  GUARDING: ['ABORTED'],
  DEPLOYING: ['ABORTED'],
  VERIFYING: ['ABORTED'],
};
/** A run that was reset may also do its step again, and then ends as it would have ended. */
const alsoAfterReset: Readonly<Record<string, readonly string[]>> = {
  GUARDING: ['GUARDING', 'ERRORED'],
  DEPLOYING: ['FAILED'],
  VERIFYING: ['LIVE'],
};

/** Record, run, lane and alias tell the same story. */
async function expectCoherent(placed: Placed): Promise<void> {
  const { product, lane, id, bundle } = placed;
  const state = await stateOf(engine, id);
  const key = [product, lane] as const;
  const [held] = await rowsOf<{ holder: string | null }>(
    engine,
    'select holder_promotion_id as holder from lanes where product = $1 and lane = $2',
    ...key,
  );
  const served = 'select bundle_digest from lane_aliases where product = $1 and lane = $2';
  const live = `select bundle_digest from lane_history where product = $1 and lane = $2 and withdrawn_by is null
                order by position desc limit 1`;
  const run = engine.client.workflow.getHandle(placed.handle.workflowId);
  if (ended.includes(state)) {
    expect((await run.describe().catch(() => undefined))?.status.name).not.toBe('RUNNING');
  } else {
    expect((await run.describe()).status.name).toBe('RUNNING');
    expect(await run.query('status')).toMatchObject({ state });
  }
  if (state !== 'GUARDING') {
    expect(held?.holder ?? null).not.toBe(id);
    expect(await rowsOf(engine, served, ...key)).toEqual(await rowsOf(engine, live, ...key));
  }
  expect((await rowsOf<{ bundle_digest: string }>(engine, live, ...key))[0]?.bundle_digest === bundle).toBe(
    state === 'LIVE',
  );
  expect(
    await rowsOf(engine, 'select 1 from promotions where workflow_id = $1', placed.handle.workflowId),
  ).toHaveLength(1);
}

describe.each(Object.keys(ways))('a promotion whose run %s', (way) => {
  const placed = new Map<string, Promise<Placed>>();
  beforeAll(() => {
    // All phases side by side, each on a product of its own.
    for (const [index, [phase, place]] of Object.entries(placedIn).entries()) {
      const product = `phase-${String(index)}-${way.split(' ').at(-1) === 'task' ? way.split(' ')[4]! : way.split(' ')[1]!}`;
      const ready = place(engine, product).then((one) => {
        ways[way]!(one.handle.workflowId);
        return one;
      });
      ready.catch(() => undefined);
      placed.set(phase, ready);
    }
  });
  afterAll(async () => {
    for (const one of placed.values()) await (await one).release();
  });

  test.each(Object.keys(placedIn))(
    'while it was %s is taken up or ended within a minute, and nothing contradicts itself',
    async (phase) => {
      const one = await placed.get(phase)!;
      const expected = [...afterwards[phase]!, ...(way.includes('reset') ? (alsoAfterReset[phase] ?? []) : [])];
      await eventually(async () => {
        expect(expected).toContain(await stateOf(engine, one.id));
        await expectCoherent(one);
      }, 60_000);
    },
  );
});

describe('a promotion that is cancelled in Temporal', () => {
  const outcome = {
    ...Object.fromEntries(Object.keys(placedIn).map((phase) => [phase, phase])),
    DEPLOYING: 'FAILED',
    VERIFYING: 'LIVE',
  };
  test.each(Object.entries(outcome))('while it is %s goes on, because abort is a signed verb', async (phase, then) => {
    const one = await placedIn[phase]!(engine, `cancelled-${phase.toLowerCase().replace('_', '-')}`);
    cli('cancel', one.handle.workflowId);
    await until(async () => (await stateOf(engine, one.id)) === then, `it to be ${then}`);
    // The lane is freed by the event of the change, a moment after it.
    await eventually(() => expectCoherent(one));
    await one.release();
  });
});

describe('a run that somebody starts with more than the input', () => {
  const carried = (promotionId: string, bundle: string, phase: string) => ({
    version: 1,
    identity: {
      tenant: 'default',
      product: 'shop',
      lane: 'gold',
      bundle,
      kind: 'PROMOTION',
      promotionId,
      policyDigest: bundle,
    },
    ...{ phase, reason: 'invented', round: 5, gates: [], switched: true, attempt: 1, timeline: [], fencingToken: 1 },
    giveUpAt: '2020-01-01T00:00:00.000Z',
  });

  test.each([
    ['once', {}],
    ['with a cron schedule', { cronSchedule: '@every 1s' }],
    ['with a retry policy', { retry: { maximumAttempts: 3, initialInterval: '100ms' } }],
  ])('%s is refused, each time that it runs, when the input carries a state', async (how, options) => {
    const victim = await waitingForApproval(engine, `carried ${how}`);
    const bundle = await sealText(engine, `carrier ${how}`);
    for (const phase of ['AWAITING_APPROVAL', 'QUEUED', 'VERIFYING', 'ERRORED']) {
      const input = {
        tenant: 'default',
        product: 'shop',
        lane: 'bronze',
        bundle,
        carried: carried(victim.id, victim.bundle, phase),
      };
      const workflowId = `promotion/default/shop/bronze/${bundle.slice(7)}`;
      const run = await engine.client.workflow.start('promotion', {
        workflowId,
        taskQueue: taskQueues.control,
        args: [input],
        ...options,
      });
      const first = engine.client.workflow.getHandle(workflowId, run.firstExecutionRunId, { followRuns: false });
      onTestFinished(() => run.terminate().catch(() => undefined));
      await until(async () => (await first.describe()).status.name === 'FAILED', 'the run to fail');
      expect(await failureOf(first.result())).toMatchObject({ type: 'INVALID_INPUT' });
      await run.terminate().catch(() => undefined);
    }
    expect(await stateOf(engine, victim.id)).toBe('AWAITING_APPROVAL');
    expect(await rowsOf(engine, 'select 1 from promotions where bundle_digest = $1', bundle)).toEqual([]);
    await approveByTwo(engine, victim);
  });

  test('with a time limit and a cron schedule has one record, which every run takes up as it is', async () => {
    const victim = await waitingForApproval(engine, 'restarted often');
    await decide(engine, victim, await signedFor(engine, victim, 'alice'));
    await victim.handle.terminate();
    const input = { tenant: 'default', product: 'shop', lane: 'gold', bundle: victim.bundle };
    const options = {
      cronSchedule: '@every 1s',
      workflowRunTimeout: '2 s',
      workflowIdConflictPolicy: 'TERMINATE_EXISTING',
    } as const;
    const first = await engine.client.workflow.start('promotion', {
      workflowId: victim.handle.workflowId,
      taskQueue: taskQueues.control,
      args: [input],
      ...options,
    });
    const runId = async () => (await engine.client.workflow.getHandle(victim.handle.workflowId).describe()).runId;
    await until(async () => (await runId()) !== first.firstExecutionRunId, 'the second run');
    expect(
      await rowsOf(engine, 'select state from promotions where workflow_id = $1', victim.handle.workflowId),
    ).toEqual([{ state: 'AWAITING_APPROVAL' }]);
    const approval = await signedFor(engine, victim, 'bob');
    await until(
      () =>
        decide(engine, victim, approval).then(
          () => true,
          () => false,
        ),
      'an answer between two restarts',
    );
    await until(async () => ['LIVE', 'ABORTED'].includes(await stateOf(engine, victim.id)), 'the end of the approvals');
  });
});
