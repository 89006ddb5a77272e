import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { nodeHashing } from '../../../adapters/hash/node-hashing.js';
import { LanekeeperError } from '../../../core/errors.js';
import type { Clients } from '../connection/clients.js';

/**
 * Downloads a blob into a file, which appears only when its bytes hash to the digest.
 *
 * @param onChunk called with each part, in order, as it arrives
 * @returns its size in bytes
 * @throws BLOB_CORRUPT when they do not
 */
export async function downloadBlob(
  api: Clients,
  digest: string,
  path: string,
  onChunk: (chunk: Uint8Array) => void = () => undefined,
): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const file = await open(part, 'w');
  const hash = nodeHashing.sha256();
  let size = 0;
  try {
    for await (const { chunk } of api.bundles.getBlob({ digest })) {
      hash.update(chunk);
      size += chunk.length;
      onChunk(chunk);
      await file.write(chunk);
    }
  } finally {
    await file.close();
  }
  if (`sha256:${hash.digest()}` !== digest) {
    await rm(part);
    throw new LanekeeperError('BLOB_CORRUPT', {
      message: 'the content of a downloaded blob does not match its digest',
      object: `blob ${digest}`,
      next: 'download it again; if the error persists, run  lane doctor',
    });
  }
  await rename(part, path);
  return size;
}
