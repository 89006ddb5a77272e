import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { digestOf } from '../../core/hash.js';
import { workflowIds } from '../../core/ids.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type ReleaseInput, releaseStatusQuery, releaseWorkflowType } from '../../workflows/release/contract.js';
import { onTestFinished } from '../support/clean-up.js';
import { type Engine, startEngine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { type Foreign, startForeign } from '../support/foreign-workflow.js';
import { type Repository, repositoryOf } from '../support/git-repository.js';
import { expectRefusal } from '../support/refusal.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';
import { until } from '../support/until.js';

let engine: Engine;
let foreign: Foreign;
beforeAll(async () => {
  engine = await startEngine();
  foreign = await startForeign(engine);
}, 300_000);
afterAll(async () => {
  await foreign.close();
  await engine.close();
});

/** The releases of a product, oldest first. */
async function releasesOf(product: string) {
  return engine.database.transaction('default', (tx) =>
    tx.query<{ id: string; state: string; error: unknown }>(
      'select id, state, error from releases where product = $1 order by created_at, id',
      [product],
    ),
  );
}

const commit = async (name: string, build: string) =>
  repositoryOf(join(await scratchFolder(), 'r'), smallProduct({ name, build }));

function start(product: string, { folder, revision }: Repository, options: object = {}) {
  const input: ReleaseInput = { tenant: 'default', product, revision, repository: folder };
  const workflowId = workflowIds.release('default', product, revision);
  return engine.client.workflow.start(releaseWorkflowType, {
    ...{ workflowId, taskQueue: taskQueues.control, args: [input] },
    ...options,
  });
}

/** A release of ours that builds until it is stopped. */
async function runningRelease(name: string) {
  const repository = await commit(name, 'sleep 300');
  const handle = await start(name, repository);
  onTestFinished(() => handle.terminate().catch(() => undefined));
  // It is on record, and writes nothing until it is stopped.
  const isBuilding = async (): Promise<boolean> =>
    (await handle.query(releaseStatusQuery)).steps.some(({ id, state }) => id === 'build/web' && state === 'RUNNING');
  await until(isBuilding, 'the release to build');
  return { ...repository, handle, workflowId: handle.workflowId, releaseId: handle.firstExecutionRunId };
}

const error = { code: 'TESTS_FAILED', message: 'it did not' };

describe('a running release', () => {
  test('is not failed by a workflow of somebody else', async () => {
    const { releaseId } = await runningRelease('victim');
    await expectRefusal(engine.database, () =>
      foreign.call(taskQueues.control, 'failRelease', [{ releaseId, error }], { workflowType: 'release' }),
    );
    expect(await releasesOf('victim')).toMatchObject([{ state: 'RUNNING' }]);
  });

  test('is not taken over by a run under its workflow id, once its own was terminated', async () => {
    const { handle, workflowId, releaseId } = await runningRelease('seized');
    await handle.terminate();
    const from = { workflowId, workflowType: 'release' };
    const call = (queue: string, activity: string, input: unknown) => foreign.call(queue, activity, [input], from);
    for (const [queue, activity, input] of [
      [taskQueues.control, 'failRelease', { releaseId, error }],
      [taskQueues.control, 'openRelease', { releaseId, repository: '/evil', commit: digestOf('x') }],
      [taskQueues.control, 'sealRelease', { manifest: {} }],
      [taskQueues.sign, 'signStatement', { statement: digestOf('x') }],
    ] as const)
      await expectRefusal(engine.database, () => call(queue, activity, input));
  });

  test('can be forged by none of our activities when no workflow calls it', async () => {
    const { releaseId, folder, revision } = await runningRelease('alone');
    const calls: readonly [queue: string, activity: string, input: unknown][] = [
      [taskQueues.control, 'findSealed', {}],
      [taskQueues.control, 'openRelease', { releaseId, repository: '/evil', commit: digestOf('x') }],
      [taskQueues.control, 'failRelease', { releaseId, error }],
      [taskQueues.control, 'sealRelease', { manifest: {} }],
      [taskQueues.control, 'handOver', { type: 'release', input: { product: 'alone', revision, repository: folder } }],
      [taskQueues.sign, 'signStatement', { statement: digestOf('x') }],
      [taskQueues.build, 'fetchSource', { repository: folder }],
    ];
    for (const [taskQueue, activity, input] of calls)
      await expectRefusal(engine.database, () => callAlone(taskQueue, activity, input));
  });
});

/** Starts an activity without a workflow. @throws its failure */
async function callAlone(taskQueue: string, activity: string, input: unknown): Promise<unknown> {
  const options = { id: crypto.randomUUID(), taskQueue, args: [input], retry: { maximumAttempts: 1 } };
  return engine.client.activity
    .execute(activity, { ...options, scheduleToCloseTimeout: '30 s' })
    .catch((failure: unknown) => {
      throw failure instanceof Error && failure.cause !== undefined ? failure.cause : failure;
    });
}

describe('handing over', () => {
  test('starts nothing but the canonical run of its input', async () => {
    const call = (input: unknown) => foreign.call(taskQueues.control, 'handOver', [input]);
    const lane = { tenant: 'default', product: 'shop', lane: 'gold' };
    for (const input of [
      { workflowId: 'anything', workflowType: 'lane', input: lane },
      { type: 'lane', input: lane },
      { type: 'release', input: lane },
      { type: 'promotion', workflowId: 'anything', input: lane },
    ])
      await expectRefusal(engine.database, () => call(input), 'INVALID_INPUT');
    await expect(engine.client.workflow.getHandle('anything').describe()).rejects.toThrow('not found');
  });

  test('does not join a run of somebody else that took the canonical id', async () => {
    const repository = await commit('taken', 'true');
    const workflowId = workflowIds.release('default', 'taken', repository.revision);
    await foreign
      .call(taskQueues.control, 'findSealed', [], { workflowId, workflowType: 'release' })
      .catch(() => undefined);
    const byHand = await start('taken', repository, { workflowId: 'taken-by-hand' });
    expect(await failureOf(byHand.result())).toMatchObject({ type: 'PERMISSION_DENIED' });
  });
});
