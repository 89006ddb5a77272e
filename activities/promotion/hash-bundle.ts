import type { TenantStores } from '../../adapters/content-store/content-store.js';
import { readImage } from '../../adapters/oci/read-image.js';
import type { Digest } from '../../core/digest.js';
import { filesIn } from '../../core/release/manifest.js';
import { requireManifest } from '../../store/bundle/read.js';
import type { Database } from '../../store/database.js';
import { currentStep, withHeartbeats } from '../long-step.js';

/**
 * Reads every file that a bundle's manifest names, and every layer of its images, and hashes each again.
 *
 * @throws BLOB_MISSING, BLOB_CORRUPT, BUNDLE_CORRUPT: verdicts about the bundle
 */
export async function hashBundle(
  { database, blobs: stores }: { readonly database: Database; readonly blobs: TenantStores },
  tenant: string,
  digest: Digest,
): Promise<void> {
  const step = currentStep();
  // One blob can take longer than a heartbeat may.
  await withHeartbeats(step, async () => {
    const manifest = await database.transaction(tenant, (tx) => requireManifest(tx, digest));
    const blobs = stores.of(tenant);
    const digests = new Set<Digest>(filesIn(manifest).map((file) => file.checksum));
    for (const image of manifest.images)
      for (const layer of (await readImage(blobs, image.digest)).layers) digests.add(layer);
    for (const blob of digests) {
      step.signal.throwIfAborted();
      // Opening a blob reads it to the end and compares its digest.
      (await blobs.open(blob)).destroy();
    }
  });
}
