import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { workflowIds } from '../../core/ids.js';
import { parseManifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type ReleaseResult, releaseWorkflowType } from '../../workflows/release/contract.js';
import { type Engine, startEngine } from '../support/engine.js';
import { git } from '../support/git-repository.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

test('a release at the root of this repository seals a bundle of Lanekeeper itself, tested as the image that would be deployed', async () => {
  const repository = join(import.meta.dirname, '../..');
  const revision = await git(repository, 'rev-parse', 'HEAD');
  const handle = await engine.client.workflow.start(releaseWorkflowType, {
    workflowId: workflowIds.release('default', 'lanekeeper', revision),
    taskQueue: taskQueues.control,
    args: [{ tenant: 'default', product: 'lanekeeper', revision, repository }],
  });
  const { state, bundle } = (await handle.result()) as ReleaseResult;
  expect(state).toBe('SEALED');
  const manifest = parseManifest(
    (await engine.database.transaction('default', (tx) => requireBundle(tx, bundle!))).manifest,
  );
  expect(manifest).toMatchObject({
    product: 'lanekeeper',
    source: { revision },
    images: [{ service: 'api', tests: { passed: 2, failed: 0 } }],
  });
});
