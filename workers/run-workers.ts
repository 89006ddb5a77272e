import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { createAttestActivities } from '../activities/promotion/attest-activities.js';
import { createDeployActivities, type DeployDeps } from '../activities/lane/deploy-activities.js';
import { createLaneActivities } from '../activities/lane/lane-activities.js';
import type { EvidenceCache } from '../activities/policy/evidence-cache.js';
import { PolicyBook } from '../activities/policy/policy-book.js';
import type { ControlDeps } from '../activities/promotion/deps.js';
import { createPromotionActivities } from '../activities/promotion/promotion-activities.js';
import { createBuildActivities } from '../activities/release/build-activities.js';
import { createReleaseRecordActivities } from '../activities/release/record-activities.js';
import { createSealActivities } from '../activities/release/seal-activities.js';
import { createSignActivities } from '../activities/release/sign-activities.js';
import { detectContainment } from '../adapters/containment/detect.js';
import { loadSignerFile } from '../adapters/sigstore/keys.js';
import type { StatementSigner } from '../core/signature/ports.js';
import { LanekeeperError } from '../core/errors.js';
import type { PolicyRoots } from '../core/governance/pins.js';
import type { Database } from '../store/database.js';
import { type TaskQueueRole, taskQueues } from '../temporal-config/task-queues.js';
import { formatWorkerIdentity } from '../temporal-config/worker-identity.js';
import type { BuildSettings } from './config.js';
import type { WorkerPorts } from './ports.js';

/** What the workers of a process share. */
export interface WorkersDeps extends WorkerPorts {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly client: Client;
  readonly cache: EvidenceCache;
  readonly dataDir: string;
  /** The digest of each tenant's installed policies. */
  readonly policyRoots: PolicyRoots;
  readonly roles: readonly TaskQueueRole[];
  readonly build: BuildSettings;
  /** The prebuilt bundle, or the module to bundle (tests). */
  readonly workflows: { readonly workflowBundle: { readonly codePath: string } } | { readonly workflowsPath: string };
  /** The version of the workflow code; without one, runs go to any worker. */
  readonly deployment?: WorkerDeploymentVersion | undefined;
  readonly now: () => Date;
}

/** The dependencies of the control queue's activities, and of what reconciles runs with records. */
export function controlDepsOf(deps: WorkersDeps): ControlDeps {
  const own = asQueue(deps, 'control');
  return { ...own, rules: new PolicyBook(own.database, deps.policyRoots) };
}

/** The dependencies of the deploy queue's activities. */
function deployDepsOf(deps: WorkersDeps): DeployDeps {
  const own = asQueue(deps, 'deploy');
  return { ...own, target: deps.target(own.database) };
}

/** The database as a queue of this process may use it. @throws CONFIGURATION when the process does not serve it */
export function databaseOf({ databases }: Pick<WorkersDeps, 'databases'>, queue: TaskQueueRole): Database {
  return ofQueue(databases, queue);
}

function ofQueue<Part>(parts: ReadonlyMap<TaskQueueRole, Part>, queue: TaskQueueRole): Part {
  const part = parts.get(queue);
  if (part === undefined)
    throw new LanekeeperError('CONFIGURATION', {
      message: `the worker has no way to the database for the queue ${queue}`,
      object: `queue ${queue}`,
      next: `set DATABASE_URL_${queue.toUpperCase()}; docs/operating.md lists what each queue needs`,
    });
  return part;
}

/** The dependencies with the rights of a queue: its way to the database, and to the blobs. */
function asQueue(deps: WorkersDeps, queue: TaskQueueRole) {
  return { ...deps, database: ofQueue(deps.databases, queue), blobs: ofQueue(deps.blobs, queue) };
}

/**
 * How long one step of workflow code may take. When it takes longer, the SDK ends the script, and Node aborts the process
 * if a promise was being settled. Nothing of ours loops; but reading what a client has sent takes seconds on a machine
 * that is short of processors, and the five of the SDK are too few. It takes this option, which its types do not name.
 */
const patience = { isolateExecutionTimeout: '30 s' };

/** Creates one worker for each role. They poll once `run` is called. */
export async function createWorkers(deps: WorkersDeps): Promise<readonly Worker[]> {
  const workers: Worker[] = [];
  for (const role of deps.roles) workers.push(await Worker.create(await optionsOf(role, deps)));
  return workers;
}

async function optionsOf(role: TaskQueueRole, deps: WorkersDeps): Promise<WorkerOptions> {
  const common = {
    connection: deps.connection,
    namespace: deps.namespace,
    taskQueue: taskQueues[role],
    // An activity in progress may finish; what is left is taken up by the next worker.
    shutdownGraceTime: '3 s',
    shutdownForceTime: '8 s',
  } as const;
  switch (role) {
    case 'control':
      return {
        ...common,
        ...deps.workflows,
        ...versioningOf(deps),
        ...patience,
        activities: {
          ...createPromotionActivities(controlDepsOf(deps)),
          ...createLaneActivities(controlDepsOf(deps)),
          ...createReleaseRecordActivities(asQueue(deps, 'control')),
          ...createSealActivities(asQueue(deps, 'control')),
        },
        // How long a run waits for a worker that died before another takes it over.
        stickyQueueScheduleToStartTimeout: '2 s',
        maxCachedWorkflows: 500,
        maxConcurrentActivityTaskExecutions: 500,
      };
    case 'build': {
      const buildDeps = { ...asQueue(deps, 'build'), ...deps.build, scratchFolder: join(deps.dataDir, 'scratch') };
      const detection = await detectContainment(buildDeps);
      const builds = detection.containment?.name ?? 'refused';
      return {
        ...common,
        identity: formatWorkerIdentity({ pid: process.pid, host: hostname(), builds }),
        activities: createBuildActivities({ ...buildDeps, detection }),
        maxConcurrentActivityTaskExecutions: 4,
      };
    }
    case 'sign': {
      const signDeps = asQueue(deps, 'sign');
      return {
        ...common,
        activities: {
          ...createAttestActivities({ ...signDeps, signer: await signerOf('verification', deps) }),
          ...createSignActivities({
            ...signDeps,
            environment: deps.build.environment,
            signer: await signerOf('build', deps),
          }),
        },
      };
    }
    case 'deploy':
      return { ...common, activities: createDeployActivities(deployDepsOf(deps)) };
  }
}

/** Only the queue with workflows has versions: activities of the others are the same for all. */
function versioningOf({ deployment }: WorkersDeps): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  if (deployment === undefined) return {};
  const { deploymentName, buildId } = deployment;
  return {
    workerDeploymentOptions: {
      version: { deploymentName, buildId },
      useWorkerVersioning: true,
      defaultVersioningBehavior: 'AUTO_UPGRADE',
    },
  };
}

function signerOf(purpose: 'build' | 'verification', { dataDir }: WorkersDeps): Promise<StatementSigner> {
  return loadSignerFile(join(dataDir, 'keys', purpose, 'key.pem'));
}
