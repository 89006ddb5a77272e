import { fileURLToPath } from 'node:url';
import { Worker } from '@temporalio/worker';
import { createLaneActivities } from '../activities/lane/lane-activities.js';
import { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { PolicyBook } from '../activities/policy/policy-book.js';
import { createPromotionActivities } from '../activities/promotion/promotion-activities.js';
import { openStores } from '../test/support/blobs.js';
import { taskQueues } from '../temporal-config/task-queues.js';
import type { Machine } from './machine.js';
import { createBareDriver } from './sides.js';
import { createBareActivities, createTrivialSteps } from './trivial-activities.js';

/**
 * Workers for both sides: the product's workflows and database steps, the comparator, and steps without work for both.
 */
export interface BenchWorkers {
  stop(): Promise<void>;
}

/** Starts the workers with the settings of the product. */
export async function startBenchWorkers(
  machine: Machine,
  onAttested: (workflowId: string) => void,
): Promise<BenchWorkers> {
  const { connection, client, database, dataDir, config, policyRoots } = machine;
  const blobs = openStores(dataDir, database);
  const deps = {
    database,
    blobs,
    client,
    rules: new PolicyBook(database, policyRoots),
    cache: new EvidenceCache(),
    now: () => new Date(),
  };
  const steps = createTrivialSteps(deps, onAttested);
  const bare = createBareActivities(createBareDriver(client), onAttested);
  const common = {
    connection,
    namespace: config.namespace,
    shutdownGraceTime: '3 s',
    shutdownForceTime: '8 s',
  } as const;
  const workers = [
    await Worker.create({
      ...common,
      taskQueue: taskQueues.control,
      workflowsPath: fileURLToPath(new URL('./workflows.ts', import.meta.url)),
      activities: {
        ...createPromotionActivities(deps),
        ...createLaneActivities(deps),
        ...bare,
      },
      stickyQueueScheduleToStartTimeout: '2 s',
      maxCachedWorkflows: 500,
      maxConcurrentActivityTaskExecutions: 500,
    }),
    await Worker.create({ ...common, taskQueue: taskQueues.sign, activities: { ...steps.sign, ...bare } }),
    await Worker.create({ ...common, taskQueue: taskQueues.deploy, activities: { ...steps.deploy, ...bare } }),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    async stop() {
      for (const worker of workers) worker.shutdown();
      await running;
    },
  };
}
