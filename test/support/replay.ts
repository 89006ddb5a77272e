import { Worker } from '@temporalio/worker';
import type { Engine } from './engine.js';
import { workflowBundle } from './workflow-bundle.js';

/**
 * Replays every run that a workflow id has had, as a worker does that was restarted. A run whose replay fails can never
 * go on again.
 *
 * @returns the number of runs
 */
export async function replayRunsOf(engine: Pick<Engine, 'client'>, workflowId: string): Promise<number> {
  let runs = 0;
  for await (const { runId } of engine.client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const history = await engine.client.workflow.getHandle(workflowId, runId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle }, history, workflowId);
    runs += 1;
  }
  return runs;
}
