import type { VersioningBehavior, WorkflowDefinitionOptions } from '@temporalio/common';
import { workflowInfo } from '@temporalio/workflow';

/**
 * With which version of the workflow code a run goes on that has begun: `PINNED`, with the one with which it began;
 * `AUTO_UPGRADE`, with the current one. Said only by a worker that is part of a deployment: the server refuses it from
 * others, which have a build id and no deployment.
 */
export function versioned(behavior: VersioningBehavior): () => WorkflowDefinitionOptions {
  return () => {
    const { deploymentName = '' } = workflowInfo().currentDeploymentVersion ?? {};
    return deploymentName === '' ? {} : { versioningBehavior: behavior };
  };
}
