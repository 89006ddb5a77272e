import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Digest } from '../../core/digest.js';
import { workflowIds } from '../../core/ids.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type Deployment, makeCurrent } from '../../workers/deployment.js';
import { decideUpdate } from '../../workflows/promotion/contract.js';
import { releaseStatusQuery, releaseWorkflowType } from '../../workflows/release/contract.js';
import { type Engine, type PromotionHandle, startEngine } from '../support/engine.js';
import { repositoryOf } from '../support/git-repository.js';
import { codeQuery } from '../support/next-workflows.js';
import { scratchFolder } from '../support/scratch.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { smallProduct } from '../support/small-product.js';
import { until } from '../support/until.js';
import { nextWorkflowBundle } from '../support/workflow-bundle.js';

const { signal } = new AbortController();
const present: Deployment = { deploymentName: 'lanekeeper', buildId: 'present', makeCurrent: 'always' };
const next: Deployment = { ...present, buildId: 'next', makeCurrent: 'new' };

let engine: Engine;
let readable: string;
beforeAll(async () => {
  readable = await mkdtemp(join(tmpdir(), 'lanekeeper-readable-'));
  await chmod(readable, 0o755);
  engine = await startEngine({ deployment: present, readableForBuilds: readable });
}, 300_000);
afterAll(async () => {
  await engine.close();
  await rm(readable, { recursive: true, force: true });
});

/** The build id of the worker that has completed the newest workflow task of a run. */
async function versionOf({ workflowId }: Pick<WorkflowHandle, 'workflowId'>): Promise<string | undefined> {
  const { raw } = await engine.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? undefined;
}

/** How many workflow tasks of a run have failed. */
async function failedTasks(handle: PromotionHandle): Promise<number> {
  const { events = [] } = await handle.fetchHistory();
  return (events ?? []).filter((event) => (event.workflowTaskFailedEventAttributes ?? undefined) !== undefined).length;
}

/** A promotion to gold that waits for two people. */
async function awaitingApproval(text: string): Promise<{ readonly bundle: Digest; readonly handle: PromotionHandle }> {
  const bundle = await sealText(engine, text);
  await attachPreviewCheck(engine, bundle);
  await engine.bringTo(bundle, 'bronze', 'silver');
  const request = await engine.sign('dev', { verb: 'request', lane: 'gold', bundle });
  const handle = await engine.promote({ lane: 'gold', bundle, request });
  await engine.reached(handle, 'AWAITING_APPROVAL');
  return { bundle, handle };
}

async function approve({ bundle, handle }: Awaited<ReturnType<typeof awaitingApproval>>, ...people: string[]) {
  for (const person of people) {
    const promotionId = await engine.recordOf(handle);
    const statement = await engine.sign(person, { verb: 'approve', lane: 'gold', bundle, promotionId });
    expect(await handle.executeUpdate(decideUpdate, { args: [{ statement }] })).toMatchObject({ accepted: true });
  }
}

/** A release whose build waits until it is allowed to go on. */
async function heldRelease(product: string) {
  const repository = join(await scratchFolder(), 'r');
  const allowed = join(readable, product);
  const build = `while ! test -f ${allowed}; do sleep 0.1; done`;
  const { revision } = await repositoryOf(repository, smallProduct({ name: product, build }));
  const handle = await engine.client.workflow.start(releaseWorkflowType, {
    workflowId: workflowIds.release('default', product, revision),
    taskQueue: taskQueues.control,
    args: [{ tenant: 'default', product, revision, repository }],
  });
  const isBuilding = async () => {
    // The next version answers only after its first pause.
    const { steps } = await handle.query(releaseStatusQuery).catch(() => ({ steps: [] }));
    return steps.some((step) => step.id === 'build/web' && step.state === 'RUNNING');
  };
  await until(isBuilding, 'the build to run');
  return { handle, allow: () => writeFile(allowed, '') };
}

describe('with a next version of the workflow code beside the present one', () => {
  let back: Awaited<ReturnType<typeof awaitingApproval>>;
  let waiting: Awaited<ReturnType<typeof awaitingApproval>>;
  let live: PromotionHandle;
  let release: Awaited<ReturnType<typeof heldRelease>>;
  let stopNext: () => Promise<void>;
  beforeAll(async () => {
    waiting = await awaitingApproval('waits');
    back = await awaitingApproval('goes there and back');
    live = await engine.promote({ lane: 'bronze', bundle: await sealText(engine, 'live') });
    await engine.reached(live, 'LIVE');
    release = await heldRelease('held');
    expect(await Promise.all([waiting.handle, live, release.handle].map(versionOf))).toEqual(Array(3).fill('present'));
    stopNext = await engine.startVersion(next, nextWorkflowBundle);
  });

  test('a promotion that waits goes on with the next version, as it began, and is decided there', async () => {
    await approve(waiting, 'alice');
    expect(await versionOf(waiting.handle)).toBe('next');
    expect(await waiting.handle.query(codeQuery)).toBe('next, for a run that began with the present one');
    await approve(waiting, 'bob');
    await engine.reached(waiting.handle, 'LIVE');
  });

  test('a promotion that is live goes on with it, and ends when another bundle follows', async () => {
    const bundle = await sealText(engine, 'follows');
    const begun = await engine.promote({ lane: 'bronze', bundle });
    await engine.reached(begun, 'LIVE');
    expect(await begun.query(codeQuery)).toBe('next, for a run that began with the next one');
    expect(await live.result()).toMatchObject({ state: 'SUPERSEDED' });
    expect(await versionOf(live)).toBe('next');
  });

  test('a release stays with the version with which it began, whose code the next one cannot replay', async () => {
    await release.allow();
    expect(await release.handle.result()).toMatchObject({ state: 'SEALED' });
    expect(await versionOf(release.handle)).toBe('present');
    const another = await heldRelease('another');
    expect(await versionOf(another.handle)).toBe('next');
    await another.allow();
    expect(await another.handle.result()).toMatchObject({ state: 'SEALED' });
  });

  test('going back takes along what began with the present version; what began with the next one waits for it', async () => {
    await approve(back, 'alice');
    expect(await versionOf(back.handle)).toBe('next');
    const begunWithNext = await awaitingApproval('begun with next');
    await makeCurrent(engine.client, present, signal);
    await approve(back, 'bob');
    await engine.reached(back.handle, 'LIVE');
    expect(await versionOf(back.handle)).toBe('present');

    const promotionId = await engine.recordOf(begunWithNext.handle);
    const about = { verb: 'approve', lane: 'gold', bundle: begunWithNext.bundle, promotionId } as const;
    for (const person of ['alice', 'bob'])
      await begunWithNext.handle.signal('decision', await engine.sign(person, about));
    await until(async () => (await failedTasks(begunWithNext.handle)) > 0, 'the present version to fail at it');
    await makeCurrent(engine.client, { ...next, makeCurrent: 'always' }, signal);
    await engine.reached(begunWithNext.handle, 'LIVE');
    expect(await versionOf(begunWithNext.handle)).toBe('next');
  });

  test('a release that is pinned to a version without workers is taken over by one that is alone', async () => {
    const stranded = await heldRelease('stranded');
    expect(await versionOf(stranded.handle)).toBe('next');
    await stopNext();
    const later: Deployment = { ...present, buildId: 'later', makeCurrent: 'always' };
    await engine.startVersion(later, nextWorkflowBundle);
    await stranded.allow();
    expect(await stranded.handle.result()).toMatchObject({ state: 'SEALED' });
    expect(await versionOf(stranded.handle)).toBe('later');
  });
});

describe('a worker that makes only new versions current', () => {
  test('takes nothing back when it is restarted after it was replaced', async () => {
    expect(await makeCurrent(engine.client, { ...present, makeCurrent: 'new' }, signal)).toBe(false);
    expect(await makeCurrent(engine.client, { ...present, makeCurrent: 'never' }, signal)).toBe(false);
    expect(await makeCurrent(engine.client, { ...present, buildId: 'later', makeCurrent: 'new' }, signal)).toBe(true);
  });
});
