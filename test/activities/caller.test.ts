import { describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { requireCaller } from '../../activities/caller.js';

const run = { workflowId: 'release/default/shop/1', runId: 'r1' };

/** Asks from an activity of `run` whether it may act for a workflow. */
function asking(workflowId: string, info: ConstructorParameters<typeof MockActivityEnvironment>[0]): Promise<unknown> {
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR') });
  return environment.run(() => Promise.resolve(requireCaller(workflowId)));
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
});
