import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { messageOf } from '../../core/errors.js';
import { writeHistory } from '../replay/history-file.js';
import type { Engine } from './engine.js';
import { workflowBundle } from './workflow-bundle.js';

/**
 * Replays every run that a workflow id has had, as a worker does that was restarted. A run whose replay fails can never
 * go on again; its history is kept then, because it cannot be made again at will.
 *
 * @returns the number of runs
 */
export async function replayRunsOf(engine: Pick<Engine, 'client'>, workflowId: string): Promise<number> {
  let runs = 0;
  for await (const { runId } of engine.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const history = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId).catch(async (error: unknown) => {
      throw new Error(`${messageOf(error)}; its history is in ${await keep(history)}`, { cause: error });
    });
    runs += 1;
  }
  return runs;
}

async function keep(history: Parameters<typeof writeHistory>[1]): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'lanekeeper-history-')), 'history.json');
  await writeHistory(path, history);
  return path;
}
