import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createBuildActivities } from '../../activities/release/build-activities.js';
import type { BuildActivities } from '../../activities/release/types.js';
import type { BuildDeps } from '../../activities/release/workspace.js';
import { workflowIds } from '../../core/ids.js';
import { readBuildSettings } from '../../workers/config.js';
import { storesIn } from './blobs.js';
import type { Repository } from './git-repository.js';
import { clientOf } from './own-run.js';

/**
 * Dependencies of the build activities, in a scratch folder. They use the npm caches of the worker, so that tests
 * download nothing twice.
 */
export function buildDepsIn(folder: string, change: Partial<BuildDeps> = {}): BuildDeps {
  return {
    blobs: storesIn(folder),
    scratchFolder: join(folder, 'scratch'),
    ...readBuildSettings(process.env),
    client: clientOf(),
    ...change,
  };
}

/** The run of a release that calls the activities. */
const workflowExecution = { workflowId: `release/test/small/${'0'.repeat(40)}`, runId: 'test' };

/** An activity environment that prints nothing. */
export function quietEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment({ workflowExecution }, { logger: new DefaultLogger('ERROR') });
}

/** The build activities, and the release that calls them. */
export interface ReleaseActivities extends BuildActivities {
  /** Makes the release of a commit the caller. */
  readonly callFrom: (product: string, revision: string) => void;
}

/** The build activities, run as Temporal runs them. `environment` receives heartbeats and can cancel. */
export function buildActivitiesOf(deps: BuildDeps, environment = quietEnvironment()): ReleaseActivities {
  const { fetchSource, buildImage, describeImage, packSdk, describeSdk, qualifyImage } = createBuildActivities(deps);
  const as =
    <I, O>(activity: (input: I) => Promise<O>) =>
    (input: I): Promise<O> =>
      environment.run(activity, input);
  return {
    callFrom(product, revision) {
      const workflowId = workflowIds.release('default', product, revision);
      Object.assign(environment.context.info.workflowExecution ?? {}, { workflowId });
    },
    fetchSource: as(fetchSource),
    buildImage: as(buildImage),
    describeImage: as(describeImage),
    packSdk: as(packSdk),
    describeSdk: as(describeSdk),
    qualifyImage: as(qualifyImage),
  };
}

/** Reads the commit of a repository as its release, and returns what the other build activities need. */
export async function fetched(activities: ReleaseActivities, { folder, revision }: Repository, product: string) {
  activities.callFrom(product, revision);
  const source = await activities.fetchSource({ repository: folder });
  return { source, common: { archive: source.archive, commit: source.commit, repository: folder } };
}
