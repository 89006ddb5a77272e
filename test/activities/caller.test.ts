import { describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { requireCaller, requireLocalCaller, requireOwnRun } from '../../activities/caller.js';
import { clientOf, type DescribedRun } from '../support/own-run.js';

const run = { workflowId: 'release/default/shop/1', runId: 'r1' };

function environmentOf(info: ConstructorParameters<typeof MockActivityEnvironment>[0]): MockActivityEnvironment {
  return new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
}

/** Asks from an activity of `run` whether it may act for a workflow. */
function asking(workflowId: string, info: ConstructorParameters<typeof MockActivityEnvironment>[0]): Promise<unknown> {
  return environmentOf(info).run(() => Promise.resolve(requireCaller(workflowId)));
}

describe('the caller of an activity', () => {
  test.each([false, true])('is the run that scheduled it; local: %s', async (isLocal) => {
    expect(await asking(run.workflowId, { workflowExecution: run, workflowType: 'release', isLocal })).toEqual({
      ...run,
      workflowType: 'release',
    });
  });

  test('may not act for another workflow', async () => {
    await expect(asking('release/default/shop/2', { workflowExecution: run })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'release/default/shop/1 may not act for release/default/shop/2',
    });
  });

  test('is refused when it is not a workflow', async () => {
    const none = { workflowExecution: undefined, workflowType: undefined } as object;
    const alone = { ...none, inWorkflow: false, activityType: 'openRelease' };
    await expect(asking(run.workflowId, alone)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      object: 'activity openRelease',
    });
  });

  test('of a local activity is our own workflow, in this worker', async () => {
    const caller = { workflowExecution: run, workflowType: 'release' };
    const ask = (info: object) =>
      environmentOf({ ...caller, ...info }).run(() => Promise.resolve(requireLocalCaller('release')));
    expect(await ask({ isLocal: true })).toEqual({ ...run, workflowType: 'release' });
    for (const info of [{ isLocal: false }, { isLocal: true, workflowType: 'promotion' }])
      await expect(ask(info)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });

  test.each<[string, Partial<DescribedRun>]>([
    ['is of another type', { type: 'foreign' }],
    ['is decided about by another task queue', { taskQueue: 'foreign' }],
    ['has ended', { status: 'TERMINATED' }],
  ])('is not our own run when it %s, as the server says', async (_what, change) => {
    const caller = { workflowExecution: run, workflowType: 'release' };
    const ask = (described: Partial<DescribedRun>) =>
      environmentOf(caller).run(() => requireOwnRun({ client: clientOf(described) }, 'release'));
    expect(await ask({})).toEqual({ ...run, workflowType: 'release', firstRunId: 'first-run' });
    await expect(ask(change)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  });
});
