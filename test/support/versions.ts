import type { Worker } from '@temporalio/worker';
import { type Deployment, makeCurrent } from '../../workers/deployment.js';
import { createWorkers, type WorkersDeps } from '../../workers/run-workers.js';

/**
 * Starts another worker for the control queue, with another version of the workflow code, and makes that current as its
 * deployment says. @returns what stops it
 */
export type StartVersion = (version: Deployment, bundle: { readonly codePath: string }) => Promise<() => Promise<void>>;

/** Starts versions beside the workers of an engine, with what those have. */
export function versionStarter(deps: WorkersDeps, toClose: (closer: () => Promise<unknown>) => void): StartVersion {
  return async (deployment, bundle) => {
    const workers = await createWorkers({
      ...deps,
      ...{ roles: ['control'], workflows: { workflowBundle: bundle }, deployment },
    });
    const running = Promise.all(workers.map((worker) => worker.run()));
    const stop = async () => {
      stopWorkers(workers);
      await running;
    };
    toClose(stop);
    await makeCurrent(deps.client, deployment, new AbortController().signal);
    return stop;
  };
}

/** Stops workers that run. */
export function stopWorkers(workers: readonly Worker[]): void {
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}
