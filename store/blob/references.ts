import type { Digest } from '../../core/digest.js';
import type { Database } from '../database.js';
import { isReferredTo } from './read.js';
import { referTo, type SizedBlob } from './write.js';

/**
 * Which tenant has stored which blob. Each question and each answer is a transaction of its own: never ask inside of
 * another one, which would hold two connections at once.
 */
export function blobReferences(database: Database) {
  return {
    add: (tenant: string, blob: SizedBlob): Promise<void> => database.transaction(tenant, (tx) => referTo(tx, [blob])),
    has: (tenant: string, digest: Digest): Promise<boolean> =>
      database.transaction(tenant, (tx) => isReferredTo(tx, digest)),
  };
}
