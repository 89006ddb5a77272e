import { type ContentStore, type TenantStores, uriOf } from '../../adapters/content-store/content-store.js';
import { label } from '../../adapters/oci/convention.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { canonicalJson } from '../../core/hash.js';
import { parseReleaseId } from '../../core/ids.js';
import { json, parseObject } from '../../core/input.js';
import { artifactsIn } from '../../core/release/artifact.js';
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
import type { Database, Transaction } from '../../store/database.js';
import { lockReleaseOf, requireRunning, type StoredRelease } from '../../store/release/read.js';
import { endRelease } from '../../store/release/write.js';
import { type CallerDeps, requireOwnRun } from '../caller.js';
import { withTranslatedErrors } from '../failures.js';
import { requireImageOf, requireSdkOf } from './build-evidence.js';
import { readStoredCommit } from './open-source.js';
import { currentStep, withHeartbeats } from '../long-step.js';
import type { SealActivities } from './types.js';
import { verifyEvidence } from './verify-evidence.js';

/** The dependencies of sealing. */
export interface SealDeps extends CallerDeps {
  readonly blobs: TenantStores;
  readonly database: Database;
}

/** The largest manifest that is sealed, in characters. */
const maxManifestLength = 4 * 1024 * 1024;

/** The activities that seal bundles. */
export function createSealActivities(deps: SealDeps): SealActivities {
  return withTranslatedErrors<SealActivities>({
    sealRelease: async (value) => {
      const { manifest } = parseObject(value, 'input of sealRelease', { manifest: json(maxManifestLength) });
      return withHeartbeats(currentStep(), async () => sealRelease(deps, manifest));
    },
  });
}

/** Seals what the calling run made. What it is a release of is on record; a manifest that says otherwise is refused. */
async function sealRelease(deps: SealDeps, value: unknown): Promise<{ bundle: Digest; manifestFile: Digest }> {
  const { workflowId, firstRunId: releaseId } = await requireOwnRun(deps, 'release');
  const { tenant } = parseReleaseId(workflowId);
  const blobs = deps.blobs.of(tenant);
  const locked = (tx: Transaction) => lockReleaseOf(tx, { workflowId, releaseId });
  const release = await deps.database.transaction(tenant, locked);
  // Parsing what is about to be sealed applies the schema, so that nothing invalid is ever sealed.
  const given = parseManifest(canonicalJson({ ...(value as object), sdkManifests: [] }));
  const sdkManifests = await storeSdkManifests(blobs, given.sdks, release.revision);
  const manifest = parseManifest(canonicalManifest({ ...given, sdkManifests }));
  requireManifestOf(tenant, release, manifest);
  await requireCommitOf(blobs, release, manifest);
  for (const file of filesIn(manifest)) await rehash(blobs, file.checksum);
  for (const image of manifest.images) {
    const { labels, layers, health, nodeMajor } = await requireImageOf(blobs, image.digest, release);
    requireSame(release, `images/${image.service}/service`, image.service, labels[label.title] ?? '');
    requireSame(release, `images/${image.service}/health`, image.health, health);
    requireSame(release, `images/${image.service}/nodeMajor`, String(image.nodeMajor), String(nodeMajor));
    for (const layer of layers) await rehash(blobs, layer);
  }
  for (const sdk of manifest.sdks) {
    const described = await requireSdkOf(blobs, sdk.checksum, release);
    requireSame(release, `sdks/${sdk.name}/package`, sdk.package, described.name);
    requireSame(release, `sdks/${sdk.name}/version`, sdk.version, described.version);
    requireSame(release, `sdks/${sdk.name}/size`, String(sdk.size), String(described.size));
  }
  await verifyEvidence({ ...deps, blobs }, release, manifest);
  const manifestFile = await blobs.put(renderManifestYaml(manifest));
  // The bundle digest names a blob too, so that statements about a bundle have a subject that can be hashed.
  await blobs.put(canonicalManifest(manifest));
  const bundle = bundleDigestOf(manifest);
  await deps.database.transaction(tenant, async (tx) => {
    const current = await locked(tx);
    // A retry after the commit finds its own seal.
    if (current.bundle !== bundle) await recordSeal(tx, requireRunning(current), manifest, bundle);
  });
  return { bundle, manifestFile };
}

/** Requires that a manifest is that of this release. @throws BUNDLE_CORRUPT */
function requireManifestOf(tenant: string, release: StoredRelease, manifest: Manifest): void {
  const { product, source, run } = manifest;
  requireSame(release, 'tenant', manifest.tenant, tenant);
  requireSame(release, 'product', product, release.product);
  requireSame(release, 'source/repository', source.repository, release.repository);
  requireSame(release, 'source/revision', source.revision, release.revision);
  requireSame(release, 'run/workflowId', run.workflowId, release.workflowId);
  requireSame(release, 'run/firstRunId', run.firstRunId, release.id);
}

/** Requires that a manifest says about the commit what the commit itself says. @throws BUNDLE_CORRUPT, SOURCE_REFUSED */
async function requireCommitOf(blobs: ContentStore, release: StoredRelease, { source }: Manifest): Promise<void> {
  requireSame(release, 'source/commit', source.commit === undefined ? 'absent' : 'present', 'present');
  if (source.commit === undefined) return;
  const { tree, author, committer, subject } = await readStoredCommit(blobs, source.commit, release.revision);
  requireSame(release, 'source/tree', source.tree ?? '', release.tree ?? '');
  requireSame(release, 'source/tree', source.tree ?? '', tree);
  requireSame(release, 'source/author/name', source.author.name, author.name);
  requireSame(release, 'source/author/email', source.author.email, author.email);
  requireSame(release, 'source/committedAt', source.committedAt, committer.at);
  requireSame(release, 'source/subject', source.subject, subject);
}

function requireSame(release: StoredRelease, path: string, stated: string, known: string): void {
  if (stated === known) return;
  throw new LanekeeperError('BUNDLE_CORRUPT', {
    message: 'the manifest is not that of this release',
    object: `release ${release.id}`,
    why: `its ${path} is ${JSON.stringify(stated.slice(0, 200))} and not ${JSON.stringify(known)}`,
    next: 'release the commit again',
  });
}

async function recordSeal(tx: Transaction, release: StoredRelease, manifest: Manifest, bundle: Digest): Promise<void> {
  const { author, committedAt, subject } = manifest.source;
  await sealBundle(tx, {
    digest: bundle,
    manifest: canonicalManifest(manifest),
    product: release.product,
    revision: release.revision,
    author,
    committedAt,
    subject,
    releaseId: release.id,
    artifacts: artifactsIn(manifest),
  });
  await endRelease(tx, release, { bundle });
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
