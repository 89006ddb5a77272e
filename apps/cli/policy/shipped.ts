import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type FolderDocument, readPolicyFolder } from '../../../adapters/policy-folder.js';

/** The documents that Lanekeeper brings, found from the source tree as well as from the built file. */
export function shippedDocuments(): Promise<readonly FolderDocument[]> {
  const candidates = ['../policies/', '../../../policies/'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  return readPolicyFolder(candidates.find((path) => existsSync(path)) ?? candidates[0] ?? '');
}
