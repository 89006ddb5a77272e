import { homedir } from 'node:os';
import { join } from 'node:path';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { createBuildActivities } from '../../activities/release/build-activities.js';
import type { BuildActivities } from '../../activities/release/types.js';
import type { BuildDeps } from '../../activities/release/workspace.js';
import type { ServiceDefinition } from '../../core/release/product.js';
import type { Repository } from './git-repository.js';
import { clientOf } from './own-run.js';

/**
 * Dependencies of the build activities, in a scratch folder. They use the user's own npm cache, so that tests download
 * nothing twice.
 */
export function buildDepsIn(folder: string, change: Partial<BuildDeps> = {}): BuildDeps {
  return {
    blobs: openFolderStore(join(folder, 'blobs')),
    scratchFolder: join(folder, 'scratch'),
    npmCacheFolder: join(homedir(), '.npm'),
    npmUserConfig: join(homedir(), '.npmrc'),
    environment: childEnvironment(process.env),
    client: clientOf(),
    ...change,
  };
}

/** An activity environment that prints nothing. */
export function quietEnvironment(): MockActivityEnvironment {
  return new MockActivityEnvironment({}, { logger: new DefaultLogger('ERROR') });
}

/** The build activities, run as Temporal runs them. `environment` receives heartbeats and can cancel. */
export function buildActivitiesOf(deps: BuildDeps, environment = quietEnvironment()): BuildActivities {
  const { fetchSource, buildImage, describeImage, packSdk, qualifyImage } = createBuildActivities(deps);
  const as =
    <I, O>(activity: (input: I) => Promise<O>) =>
    (input: I): Promise<O> =>
      environment.run(activity, input);
  return {
    fetchSource: as(fetchSource),
    buildImage: as(buildImage),
    describeImage: as(describeImage),
    packSdk: as(packSdk),
    qualifyImage: as(qualifyImage),
  };
}

/** A service with nothing special about it. */
export function serviceOf(change: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name: 'web',
    path: '.',
    nodeMajor: 20,
    build: [],
    entry: 'server.mjs',
    health: '/healthz',
    test: ['true'],
    route: true,
    ...change,
  };
}

/** Reads the commit of a repository and returns what the other build activities need. */
export async function fetched(activities: BuildActivities, { folder, revision }: Repository, product: string) {
  const source = await activities.fetchSource({ repository: folder, revision, product });
  const common = {
    archive: source.archive,
    repository: folder,
    revision,
    committedAt: source.committedAt,
    timeoutSeconds: 120,
  };
  return { source, common };
}
