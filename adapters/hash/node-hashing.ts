import { createHash } from 'node:crypto';
import type { Digest } from '../../core/digest.js';
import { digestOf, type GrowingHash, type Hashing } from '../../core/hash.js';

/** The hashes of Node, for what is large. */
export const nodeHashing: Hashing = { sha256: () => growing('sha256'), sha1: () => growing('sha1') };

/** The sha256 digest of bytes that may be many. */
export function digestOfBytes(data: Uint8Array): Digest {
  return digestOf(data, nodeHashing);
}

/** The sha256 digest of what a stream yields. */
export async function digestOfStream(source: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = nodeHashing.sha256();
  for await (const chunk of source) hash.update(chunk);
  return `sha256:${hash.digest()}`;
}

function growing(algorithm: 'sha1' | 'sha256'): GrowingHash {
  const hash = createHash(algorithm);
  const self: GrowingHash = {
    update(data) {
      hash.update(data);
      return self;
    },
    digest: () => hash.digest('hex'),
  };
  return self;
}
