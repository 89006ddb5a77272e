import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { WorkflowFailedError } from '@temporalio/client';
import { workflowIds } from '../../core/ids.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { releaseStatusQuery, releaseWorkflowType } from '../../workflows/release/contract.js';
import type { Engine } from '../support/engine.js';
import { repositoryOf } from '../support/git-repository.js';
import { smallProduct } from '../support/small-product.js';
import { until } from '../support/until.js';
import type { Play } from './promotion-shapes.js';

/** Starts a release of a small product. */
async function start(
  engine: Engine,
  product: string,
  change: Parameters<typeof smallProduct>[0] = {},
  otherId?: string,
): Promise<WorkflowHandle> {
  const { folder, revision } = await repositoryOf(
    join(engine.dataDir, 'repositories', product),
    smallProduct({ ...change, name: product }),
  );
  const workflowId = otherId ?? workflowIds.release('default', product, revision);
  return engine.client.workflow.start(releaseWorkflowType, {
    workflowId,
    taskQueue: taskQueues.control,
    args: [{ tenant: 'default', product, revision, repository: folder }],
  });
}

async function ends(handle: WorkflowHandle): Promise<{ workflowId: string }> {
  await handle.result().catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
  });
  return { workflowId: handle.workflowId };
}

/** The control flows of the `release` workflow. */
export const releaseShapes: Readonly<Record<string, Play>> = {
  sealed: async (engine, product) => ends(await start(engine, product)),
  'build-fails': async (engine, product) => ends(await start(engine, product, { build: 'exit 1' })),
  'tests-fail': async (engine, product) =>
    ends(
      await start(engine, product, {
        test: `printf '<testsuites><testcase name="a"><failure/></testcase></testsuites>' > "$JUNIT_FILE"`,
      }),
    ),
  'handed-over': async (engine, product) => ends(await start(engine, product, {}, `by-hand-${product}`)),
  'already-sealed': async (engine, product) => {
    const first = await start(engine, product);
    await first.result();
    const [revision = ''] = first.workflowId.split('/').slice(-1);
    const input = { tenant: 'default', product, revision, repository: join(engine.dataDir, 'repositories', product) };
    return ends(
      await engine.client.workflow.start(releaseWorkflowType, {
        workflowId: first.workflowId,
        taskQueue: taskQueues.control,
        args: [input],
      }),
    );
  },
  cancelled: async (engine, product) => {
    const handle = await start(engine, product, { build: 'sleep 300' });
    const isBuilding = async (): Promise<boolean> =>
      (await handle.query(releaseStatusQuery)).steps.some(
        (step) => step.id === 'build/web' && step.state === 'RUNNING',
      );
    await until(isBuilding, 'the build to run');
    await handle.cancel();
    return ends(handle);
  },
};
