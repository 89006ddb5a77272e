import { join } from 'node:path';
import type { ContentStore, TenantStores } from '../../adapters/content-store/content-store.js';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import { type BlobReferences, openTenantStores } from '../../adapters/content-store/tenant-stores.js';
import { blobReferences } from '../../store/blob/references.js';
import type { Database } from '../../store/database.js';

/** The content stores of a data folder, as the processes open them. */
export function openStores(dataDir: string, database: Database): TenantStores {
  return openTenantStores(openFolderStore(join(dataDir, 'blobs')), blobReferences(database));
}

/** The same for tests of what needs no database otherwise: references are kept in memory. */
export function storesIn(folder: string): TenantStores {
  return openTenantStores(openFolderStore(join(folder, 'blobs')), inMemory());
}

/** The content store of one tenant in a scratch folder, likewise. */
export function storeIn(folder: string): ContentStore {
  return storesIn(folder).of('default');
}

/** References of blobs without a database. */
export function inMemory(): BlobReferences {
  const references = new Set<string>();
  const keyOf = (...parts: readonly string[]): string => parts.join(' ');
  return {
    add: (tenant, { digest }) => Promise.resolve(void references.add(keyOf(tenant, digest))),
    has: (tenant, digest) => Promise.resolve(references.has(keyOf(tenant, digest))),
  };
}
