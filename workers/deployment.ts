import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';
import { digestOfBytes } from '../adapters/hash/node-hashing.js';
import { hexOf } from '../core/digest.js';

/**
 * Whether a worker makes its version of the workflow code the current one, which gets the runs that are started:
 * `always`, where no other version has workers, and takes over what is pinned to others; `new`, unless it was current
 * before and has been replaced, so that an old worker that is restarted takes nothing back; `never`, where an operator
 * ramps versions.
 */
export const makeCurrentChoices = ['always', 'new', 'never'] as const;

/** One of the choices. */
export type MakeCurrent = (typeof makeCurrentChoices)[number];

/** A version of the workflow code, and who makes it current. */
export interface Deployment extends WorkerDeploymentVersion {
  readonly makeCurrent: MakeCurrent;
}

/** How many hex digits of a digest tell one workflow code from another. */
const buildIdLength = 12;

/** The deployment of workflow code. A version that nobody names is its digest: the same code is the same version. */
export async function deploymentOf(config: {
  readonly deploymentName: string;
  readonly buildId?: string;
  readonly makeCurrent: MakeCurrent;
  readonly workflowBundlePath: string;
}): Promise<Deployment> {
  const { deploymentName, makeCurrent: choice, workflowBundlePath } = config;
  const digest = async () => hexOf(digestOfBytes(await readFile(workflowBundlePath))).slice(0, buildIdLength);
  return { deploymentName, buildId: config.buildId ?? (await digest()), makeCurrent: choice };
}

// Values of `code` in google.rpc.Status.
const notFound = 5;
const failedPrecondition = 9;
// Values of `WorkerDeploymentVersionStatus` and `RoutingConfigUpdateState` in Temporal's API.
const draining = 4;
const drained = 5;
const routingIsBeingUpdated = 1;

/** How long a worker waits between two looks at what the server knows, in milliseconds. */
const pauseMs = 50;

/**
 * Makes a version current as its deployment says, once the server knows its pollers. With `always`, the runs move to it
 * that are pinned to another one, which has no workers: else they would wait for ever.
 *
 * @returns whether it is current now
 */
export async function makeCurrent(client: Client, deployment: Deployment, signal: AbortSignal): Promise<boolean> {
  const { makeCurrent: choice, deploymentName, buildId } = deployment;
  if (choice === 'never' || (choice === 'new' && (await wasReplaced(client, deployment)))) return false;
  for (;;) {
    try {
      const request = { namespace: client.options.namespace, deploymentName, buildId };
      await client.workflowService.setWorkerDeploymentCurrentVersion(request);
      break;
    } catch (error) {
      // Its pollers have not reached the server yet.
      if (![notFound, failedPrecondition].includes(codeOf(error))) throw error;
      await delay(pauseMs, undefined, { signal });
    }
  }
  while (await isRoutingBeingUpdated(client, deploymentName)) await delay(pauseMs, undefined, { signal });
  if (choice === 'always') await takeOverPinned(client, deployment);
  return true;
}

/** The code with which the server refused a call; -1 if something else went wrong. */
function codeOf(error: unknown): number {
  return isGrpcServiceError(error) ? error.code : -1;
}

/** Whether task queues still go by what was current before. */
async function isRoutingBeingUpdated(client: Client, deploymentName: string): Promise<boolean> {
  const { namespace } = client.options;
  const { workerDeploymentInfo: info } = await client.workflowService.describeWorkerDeployment({
    namespace,
    deploymentName,
  });
  return Number(info?.routingConfigUpdateState) === routingIsBeingUpdated;
}

/** Whether a version was current before, and another one has taken its place. */
async function wasReplaced(client: Client, { deploymentName, buildId }: Deployment): Promise<boolean> {
  try {
    const { workerDeploymentVersionInfo: info } = await client.workflowService.describeWorkerDeploymentVersion({
      namespace: client.options.namespace,
      deploymentVersion: { deploymentName, buildId },
    });
    return [draining, drained].includes(Number(info?.status));
  } catch (error) {
    if (codeOf(error) === notFound) return false;
    throw error;
  }
}

/** Lets the runs go on here that are pinned to other versions: they replay, as all do that are not pinned. */
async function takeOverPinned(client: Client, { deploymentName, buildId }: Deployment): Promise<void> {
  const query = "ExecutionStatus = 'Running' and TemporalWorkflowVersioningBehavior = 'Pinned'";
  for await (const { workflowId, runId } of client.workflow.list({ query })) {
    const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
    const pinnedTo = raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion;
    if (pinnedTo?.deploymentName !== deploymentName || pinnedTo.buildId === buildId) continue;
    await client.workflowService.updateWorkflowExecutionOptions({
      namespace: client.options.namespace,
      workflowExecution: { workflowId, runId },
      workflowExecutionOptions: { versioningOverride: { autoUpgrade: true } },
      updateMask: { paths: ['versioning_override'] },
    });
  }
}
