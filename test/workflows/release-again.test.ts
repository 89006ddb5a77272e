import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workflowIds } from '../../core/ids.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type ReleaseInput, releaseStatusQuery, releaseWorkflowType } from '../../workflows/release/contract.js';
import { releaseSteps } from '../../store/release/steps.js';
import { onTestFinished } from '../support/clean-up.js';
import { type Engine, startEngine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';
import { eventually, until } from '../support/until.js';
import { releaseEvents } from '../support/event-tables.js';

let engine: Engine;
/** What the contained builds of this file may read. */
let readable: string;
beforeAll(async () => {
  readable = await mkdtemp(join(tmpdir(), 'lanekeeper-readable-'));
  await chmod(readable, 0o755);
  engine = await startEngine({ readableForBuilds: readable });
}, 300_000);
afterAll(async () => {
  await engine.close();
  await rm(readable, { recursive: true, force: true });
});

/** The releases of a product, oldest first. */
async function releasesOf(product: string) {
  return engine.database.transaction('default', (tx) =>
    tx.query('select id, state, error from releases where product = $1 order by created_at, id', [product]),
  );
}

/** A commit whose build does `otherwise` until it is allowed to succeed. */
async function commit(product: string, otherwise: string) {
  const folder = await scratchFolder();
  const allowed = join(readable, product);
  const { revision } = await repositoryOf(
    join(folder, 'r'),
    smallProduct({ name: product, build: `test -f ${allowed} || ${otherwise}` }),
  );
  const input: ReleaseInput = { tenant: 'default', product, revision, repository: join(folder, 'r') };
  const start = async (options: object = {}) => {
    const workflowId = workflowIds.release('default', product, revision);
    const handle = await engine.client.workflow.start(releaseWorkflowType, {
      ...{ workflowId, taskQueue: taskQueues.control, args: [input] },
      ...options,
    });
    onTestFinished(() =>
      engine.client.workflow
        .getHandle(workflowId)
        .terminate()
        .catch(() => undefined),
    );
    return handle;
  };
  return { start, allow: () => writeFile(allowed, '') };
}

async function building(handle: WorkflowHandle): Promise<void> {
  const isBuilding = async () =>
    (await handle.query(releaseStatusQuery)).steps.some((step) => step.id === 'build/web' && step.state === 'RUNNING');
  await until(isBuilding, 'the build to run');
}

/** Starts the run again from its beginning, as an operator does. */
function reset({ workflowId }: WorkflowHandle): void {
  const args = ['--workflow-id', workflowId, '--type', 'FirstWorkflowTask', '--reason', 'again'];
  expect(engine.temporal.cli('workflow', 'reset', ...args).code).toBe(0);
}

describe('a release whose run', () => {
  test('was terminated is recorded as failed when it is started again, and the new one is sealed', async () => {
    const { start, allow } = await commit('terminated', 'sleep 300');
    const first = await start();
    await building(first);
    await first.terminate();
    await allow();
    const second = await start();
    expect(await second.result()).toMatchObject({ state: 'SEALED' });
    expect(await releasesOf('terminated')).toMatchObject([
      { id: first.firstExecutionRunId, state: 'FAILED', error: { message: 'its run was ended in Temporal' } },
      { id: second.firstExecutionRunId, state: 'SEALED' },
    ]);
    const events = await engine.database.transaction('default', (tx) =>
      tx.query<{ type: string }>(
        `select type from ${releaseEvents} e
          where product = 'terminated' and release_id = $1 and type <> 'release.step-ended' order by id`,
        [first.firstExecutionRunId],
      ),
    );
    expect(events.map((event) => event.type)).toEqual(['release.started', 'release.failed']);
  });

  test('was terminated ends on record when that is noticed, although nobody starts it again', async () => {
    const { start } = await commit('noticed', 'sleep 300');
    const run = await start();
    await building(run);
    await engine.reconcile();
    expect(await releasesOf('noticed')).toMatchObject([{ state: 'RUNNING' }]);
    await run.terminate();
    await eventually(async () => {
      await engine.reconcile();
      expect(await releasesOf('noticed')).toMatchObject([
        { id: run.firstExecutionRunId, state: 'FAILED', error: { code: 'CANCELLED' } },
      ]);
    });
  });

  test('is reset while it builds goes on as the same release', async () => {
    const { start, allow } = await commit('reset', 'sleep 300');
    const handle = await start();
    await building(handle);
    await allow();
    reset(handle);
    await eventually(async () => expect(await releasesOf('reset')).toMatchObject([{ state: 'SEALED' }]), 60_000);
    expect(await releasesOf('reset')).toMatchObject([{ id: handle.firstExecutionRunId }]);
  });

  test('failed and is reset runs again as the same release', async () => {
    const { start, allow } = await commit('failed', 'exit 1');
    const handle = await start();
    expect(await failureOf(handle.result())).toMatchObject({ type: 'BUILD_FAILED' });
    await allow();
    reset(handle);
    const sealed = [{ id: handle.firstExecutionRunId, state: 'SEALED', error: null }];
    await eventually(async () => expect(await releasesOf('failed')).toMatchObject(sealed), 60_000);
    // Nobody is shown a step as failed that has succeeded since.
    await eventually(async () => {
      const steps = await engine.database.transaction('default', (tx) => releaseSteps(tx, handle.firstExecutionRunId));
      expect(steps.map(({ id, state }) => [id, state])).toEqual(steps.map(({ id }) => [id, 'DONE']));
    });
  });

  test('is started by a schedule runs again after a failure, and seals one bundle', async () => {
    const { start, allow } = await commit('cron', 'exit 1');
    const handle = await start({ cronSchedule: '@every 1s' });
    await until(async () => (await releasesOf('cron'))[0]?.['state'] === 'FAILED', 'the first run to fail');
    await allow();
    const sealed = [{ id: handle.firstExecutionRunId, state: 'SEALED', error: null }];
    await eventually(async () => expect(await releasesOf('cron')).toMatchObject(sealed), 60_000);
  });

  test('gets a result of another form ends as failed instead of being repeated for ever', async () => {
    const { start } = await commit('garbage', 'sleep 300');
    const handle = await start();
    await building(handle);
    const { raw } = await handle.describe();
    const activityId = raw.pendingActivities?.[0]?.activityId ?? '';
    const args = ['--workflow-id', handle.workflowId, '--activity-id', activityId, '--result', 'null'];
    expect(engine.temporal.cli('activity', 'complete', ...args).code).toBe(0);
    expect(await failureOf(handle.result())).toMatchObject({ type: 'INTERNAL' });
    expect(await releasesOf('garbage')).toMatchObject([{ state: 'FAILED', error: { code: 'INTERNAL' } }]);
  });
});
