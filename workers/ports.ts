import { createEmbeddedRouter } from '../activities/lane/embedded-router.js';
import type { LaneTarget } from '../activities/lane/target.js';
import type { Database } from '../store/database.js';
import { type BlobsOfQueues, openBlobs } from './blobs.js';
import type { WorkerConfig } from './config.js';
import { type Databases, openDatabases } from './databases.js';

/** What the activities of a process reach the world through, for each of its queues. */
export interface WorkerPorts {
  readonly databases: Databases;
  readonly blobs: BlobsOfQueues;
  /** Where the bundles of lanes run, for whoever has this way to the database. */
  readonly target: (database: Database) => LaneTarget;
}

/**
 * Opens the ports. The embedded router is the one target that there is.
 *
 * @param onWork called with the tenant when something was committed that the dispatcher of this process has to deliver
 */
export function openPorts(
  { databaseUrls, dataDir }: Pick<WorkerConfig, 'databaseUrls' | 'dataDir'>,
  onWork: ((tenant: string) => void) | undefined,
): WorkerPorts {
  const databases = openDatabases(databaseUrls, onWork);
  return { databases, blobs: openBlobs(databases, dataDir), target: createEmbeddedRouter };
}
