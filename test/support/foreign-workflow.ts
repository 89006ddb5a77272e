import { join } from 'node:path';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { ActivityFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Engine } from './engine.js';
import { callUpdate } from './foreign-workflow-code.js';

/** Somebody with access to Temporal and a worker of their own, which polls only their own queue. */
export interface Foreign {
  /**
   * Schedules an activity with any input on any queue, from a run of the attacker's own code. The run is under
   * `workflowId` if that is free, and stays open, so that later calls under the same id come from the same run.
   *
   * @returns the result of the activity
   * @throws the failure of the activity
   */
  call(
    queue: string,
    activity: string,
    args: readonly unknown[],
    options?: { readonly workflowId?: string; readonly workflowType?: string },
  ): Promise<unknown>;
  /** Ends the runs and the worker. */
  close(): Promise<void>;
}

const queue = 'foreign';

/** Starts the worker of an attacker. */
export async function startForeign(engine: Pick<Engine, 'client' | 'temporal'>): Promise<Foreign> {
  const connection = await NativeConnection.connect({ address: engine.temporal.address });
  const worker = await Worker.create({
    connection,
    namespace: 'default',
    taskQueue: queue,
    workflowsPath: join(import.meta.dirname, 'foreign-workflow-code.ts'),
  });
  const running = worker.run();
  const started = new Set<string>();
  return {
    async call(target, activity, args, options = {}) {
      const { workflowId = `foreign-${crypto.randomUUID()}`, workflowType = 'foreign' } = options;
      const handle = await engine.client.workflow.start(workflowType, {
        workflowId,
        taskQueue: queue,
        workflowIdConflictPolicy: 'USE_EXISTING',
      });
      started.add(workflowId);
      return handle.executeUpdate(callUpdate, { args: [{ queue: target, activity, args }] }).catch((error: unknown) => {
        const failure = error instanceof WorkflowUpdateFailedError ? error.cause : error;
        throw failure instanceof ActivityFailure ? failure.cause : failure;
      });
    },
    async close() {
      for (const workflowId of started)
        await engine.client.workflow
          .getHandle(workflowId)
          .terminate()
          .catch(() => undefined);
      worker.shutdown();
      await running;
      await connection.close();
    },
  };
}
