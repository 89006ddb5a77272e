import { join } from 'node:path';
import type { TenantStores } from '../adapters/content-store/content-store.js';
import { openFolderStore } from '../adapters/content-store/folder-store.js';
import { openTenantStores } from '../adapters/content-store/tenant-stores.js';
import { blobReferences } from '../store/blob/references.js';
import type { TaskQueueRole } from '../temporal-config/task-queues.js';
import type { Databases } from './databases.js';

/** The blobs of all tenants, as each queue of this process may reach them: its own role reads and writes what refers to them. */
export type BlobsOfQueues = ReadonlyMap<TaskQueueRole, TenantStores>;

/** Opens the content store of a data folder for each queue. */
export function openBlobs(databases: Databases, dataDir: string): BlobsOfQueues {
  const folder = openFolderStore(join(dataDir, 'blobs'));
  return new Map(
    [...databases].map(([queue, database]) => [queue, openTenantStores(folder, blobReferences(database))] as const),
  );
}
