import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { type Engine, startEngine } from '../support/engine.js';
import { until } from '../support/until.js';
import { writeHistory } from './history-file.js';
import { laneShapes } from './lane-shapes.js';
import { continuedShapes, type Play, promotionShapes } from './promotion-shapes.js';
import { releaseShapes } from './release-shapes.js';
import { rulesShapes } from './rules-shapes.js';
import { timeShapes } from './time-shapes.js';

const folder = join(import.meta.dirname, 'histories');

const named = (workflow: string, shapes: Readonly<Record<string, Play>>): [string, Play][] =>
  Object.entries(shapes).map(([shape, play]) => [`${workflow}-${shape}`, play]);

/** Names of the histories to record, separated by commas; all of them if it is not set. */
const { SHAPES: only } = process.env;

beforeAll(async () => {
  if (only === undefined) await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
});

describe.each([
  [
    'with default settings',
    undefined,
    [
      ...named('promotion', { ...promotionShapes, ...rulesShapes, ...timeShapes }),
      ...named('lane', laneShapes),
      ...named('release', releaseShapes),
    ],
  ],
  [
    'that suggests continuing as new early',
    { 'limit.historyCount.suggestContinueAsNew': '40' },
    Object.entries(continuedShapes),
  ],
] as const)('on a server %s', (_how, dynamicConfig, shapes) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await startEngine(dynamicConfig === undefined ? {} : { dynamicConfig });
    // What is slow the first time would show in histories as activities that were tried again.
    await promotionShapes['live']!(engine, 'promotion-first');
  });
  afterAll(() => engine.close());

  test('every control flow is recorded', async () => {
    await Promise.all(
      shapes
        .filter(([name]) => only === undefined || only.split(',').includes(name))
        .map(async ([name, play]) => {
          const { workflowId, runId } = await play(engine, name);
          await isAtRest(engine, workflowId, runId);
          const history = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
          await writeHistory(join(folder, `${name}.json`), history);
        }),
    );
  });
});

/** Waits until a run has nothing left to do but wait for others. */
async function isAtRest(engine: Engine, workflowId: string, runId: string | undefined): Promise<void> {
  const isAtRest = async (): Promise<boolean> => {
    const { raw, status } = await engine.client.workflow.getHandle(workflowId, runId).describe();
    if (status.name !== 'RUNNING') return true;
    return (
      !raw.pendingWorkflowTask &&
      (raw.pendingActivities ?? []).every((activity) => activity.activityType?.name === 'awaitHolderClose')
    );
  };
  await until(isAtRest, `${workflowId} to be at rest`);
}
