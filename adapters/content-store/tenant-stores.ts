import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { BlobFolder, ContentStore, StoredBlob, TenantStores } from './content-store.js';

/** How many blobs are remembered as a tenant's own; the oldest are asked about again. */
const maxRemembered = 50_000;

/** Which tenant has stored which blob. A reference is never taken away. */
export interface BlobReferences {
  /** Records that a blob, whose bytes are durable, belongs to a tenant; doing it again changes nothing. */
  add(tenant: string, blob: StoredBlob): Promise<void>;
  has(tenant: string, digest: Digest): Promise<boolean>;
}

/**
 * The content store of each tenant, over bytes that are kept once for all of them. Storing makes the bytes durable, and
 * then the reference: a crash in between leaves bytes that nobody can read, until somebody stores them again.
 */
export function openTenantStores(blobs: BlobFolder, references: BlobReferences): TenantStores {
  // Only what is so is remembered, because it stays so; what is not may be stored in the next moment.
  const remembered = new Set<string>();

  function remember(key: string): void {
    remembered.add(key);
    for (const oldest of remembered) {
      if (remembered.size <= maxRemembered) break;
      remembered.delete(oldest);
    }
  }

  return {
    of(tenant) {
      const keyOf = (digest: Digest): string => `${tenant} ${digest}`;
      async function owned(blob: StoredBlob): Promise<StoredBlob> {
        if (remembered.has(keyOf(blob.digest))) return blob;
        await references.add(tenant, blob);
        remember(keyOf(blob.digest));
        return blob;
      }
      async function isOwn(digest: Digest): Promise<boolean> {
        if (remembered.has(keyOf(digest))) return true;
        if (!(await references.has(tenant, digest))) return false;
        remember(keyOf(digest));
        return true;
      }
      async function requireOwn(digest: Digest): Promise<void> {
        if (!(await isOwn(digest))) throw notFound(digest);
      }
      return {
        tenant,
        async put(bytes) {
          const all = Buffer.from(bytes);
          const { digest } = await owned({ digest: await blobs.put(all), size: all.length });
          return digest;
        },
        putStream: async (source) => owned(await blobs.putStream(source)),
        putFile: async (path) => owned(await blobs.putFile(path)),
        async get(digest, limitBytes) {
          await requireOwn(digest);
          return blobs.get(digest, limitBytes);
        },
        async open(digest) {
          await requireOwn(digest);
          return blobs.open(digest);
        },
        has: async (digest) => (await isOwn(digest)) && (await blobs.has(digest)),
      } satisfies ContentStore;
    },
  };
}

/** The same for a blob that nobody has stored and for one of another tenant: its bytes are not looked at. */
function notFound(digest: Digest): LanekeeperError {
  return new LanekeeperError('NOT_FOUND', {
    message: `there is no blob ${digest}`,
    object: `blob ${digest}`,
    why: 'nothing that this tenant has released or attached has these bytes',
    next: 'take the digest from a manifest: lane bundle download BUNDLE',
  });
}
