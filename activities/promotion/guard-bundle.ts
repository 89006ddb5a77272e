import { Context } from '@temporalio/activity';
import { readImage } from '../../adapters/oci/read-image.js';
import type { Digest } from '../../core/digest.js';
import { filesIn, parseManifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import type { ControlDeps } from './deps.js';
import { performStep } from './perform-step.js';
import type { StepInput } from './types.js';

/** Reads every file that the bundle's manifest names, and every layer of its images, and hashes each again. */
export async function guardBundle(deps: ControlDeps, input: StepInput): Promise<void> {
  const { cancellationSignal: signal } = Context.current();
  await performStep(deps, { ...input, step: 'guard', signal }, async ({ promotion }) => {
    const bundle = await deps.database.transaction(input.tenant, (tx) => requireBundle(tx, promotion.bundle));
    const manifest = parseManifest(bundle.manifest);
    const blobs = deps.blobs.of(input.tenant);
    const digests = new Set<Digest>(filesIn(manifest).map((file) => file.checksum));
    for (const image of manifest.images) {
      for (const layer of (await readImage(blobs, image.digest)).layers) digests.add(layer);
    }
    for (const digest of digests) {
      Context.current().heartbeat();
      // Opening a blob reads it to the end and compares its digest.
      (await blobs.open(digest)).destroy();
    }
  });
}
