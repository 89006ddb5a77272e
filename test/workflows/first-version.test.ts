import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { codeQuery } from '../support/next-workflows.js';
import { type Engine, startEngine } from '../support/engine.js';
import { attachPreviewCheck, sealText } from '../support/sealed-bundle.js';
import { nextWorkflowBundle } from '../support/workflow-bundle.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.close());

test('a run that began before there were versions goes on with the first one', async () => {
  const bundle = await sealText(engine, 'before versions');
  await engine.bringTo(bundle, 'bronze');
  const handle = await engine.promote({ lane: 'silver', bundle });
  await engine.reached(handle, 'GATING');
  const version = { deploymentName: 'lanekeeper', buildId: 'first', makeCurrent: 'always' } as const;
  await engine.startVersion(version, nextWorkflowBundle);
  await attachPreviewCheck(engine, bundle);
  await engine.reached(handle, 'LIVE');
  expect(await handle.query(codeQuery)).toBe('next, for a run that began with the present one');
});
