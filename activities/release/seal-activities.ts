import { type ContentStore, uriOf } from '../../adapters/content-store/content-store.js';
import { mediaType } from '../../adapters/oci/convention.js';
import { readImage } from '../../adapters/oci/read-image.js';
import type { Digest } from '../../core/digest.js';
import { canonicalJson } from '../../core/hash.js';
import {
  bundleDigestOf,
  canonicalManifest,
  filesIn,
  type Manifest,
  type ManifestSdk,
  parseManifest,
  renderManifestYaml,
} from '../../core/release/manifest.js';
import { sealBundle } from '../../store/bundle/write.js';
import type { Database } from '../../store/database.js';
import { endRelease } from '../../store/release/write.js';
import { withTranslatedErrors } from '../failures.js';
import { currentStep, withHeartbeats } from './step.js';
import type { ReleaseRef, SealActivities } from './types.js';

/** The dependencies of sealing. */
export interface SealDeps {
  readonly blobs: ContentStore;
  readonly database: Database;
}

/** The activities that seal bundles. */
export function createSealActivities(deps: SealDeps): SealActivities {
  return withTranslatedErrors<SealActivities>({
    sealRelease: async (input) => withHeartbeats(currentStep(), () => sealRelease(deps, input)),
  });
}

async function sealRelease(
  deps: SealDeps,
  input: Parameters<SealActivities['sealRelease']>[0],
): Promise<{ bundle: Digest; manifestFile: Digest }> {
  const sdkManifests = await storeSdkManifests(deps.blobs, input.manifest.sdks, input.revision);
  // Parsing what is about to be sealed applies the schema, so that nothing invalid is ever sealed.
  const manifest = parseManifest(canonicalManifest({ ...input.manifest, sdkManifests }));
  for (const file of filesIn(manifest)) await rehash(deps.blobs, file.checksum);
  for (const image of manifest.images) {
    for (const layer of (await readImage(deps.blobs, image.digest)).layers) await rehash(deps.blobs, layer);
  }
  const manifestFile = await deps.blobs.put(renderManifestYaml(manifest));
  // The bundle digest names a blob too, so that statements about a bundle have a subject that can be hashed.
  await deps.blobs.put(canonicalManifest(manifest));
  const bundle = bundleDigestOf(manifest);
  await recordSeal(deps.database, input, manifest, bundle);
  return { bundle, manifestFile };
}

async function recordSeal(database: Database, ref: ReleaseRef, manifest: Manifest, bundle: Digest): Promise<void> {
  const { author, committedAt, subject } = manifest.source;
  const images = manifest.images.map((image) => ({
    kind: 'image' as const,
    name: image.service,
    digest: image.digest,
    mediaType: mediaType.manifest,
  }));
  const sdks = manifest.sdks.map((sdk) => ({
    kind: 'sdk' as const,
    name: sdk.name,
    digest: sdk.checksum,
    mediaType: 'application/gzip',
  }));
  await database.transaction(ref.tenant, async (tx) => {
    await sealBundle(tx, {
      digest: bundle,
      manifest: canonicalManifest(manifest),
      product: ref.product,
      revision: ref.revision,
      author,
      committedAt,
      subject,
      releaseId: ref.releaseId,
      artifacts: [...images, ...sdks],
    });
    await endRelease(tx, { id: ref.releaseId, product: ref.product }, { bundle });
  });
}

/** `release/dist/<language>/manifest.json`: the packed SDKs of each language. */
async function storeSdkManifests(
  blobs: ContentStore,
  sdks: readonly ManifestSdk[],
  revision: string,
): Promise<Manifest['sdkManifests']> {
  const languages: readonly string[] = [...new Set(sdks.map((sdk) => sdk.language))];
  return Promise.all(
    languages.map(async (language) => {
      const packages = sdks.filter((sdk) => sdk.language === language).map(({ language: _same, ...sdk }) => sdk);
      const checksum = await blobs.put(canonicalJson({ language, revision, packages }));
      return { path: `release/dist/${language}/manifest.json`, uri: uriOf(checksum), checksum };
    }),
  );
}

/** Opening a blob hashes all of it. */
async function rehash(blobs: ContentStore, digest: Digest): Promise<void> {
  (await blobs.open(digest)).destroy();
}
