import { type Digest, hexOf } from '../digest.js';
import { digestOf, type Hashing, portableHashing } from '../hash.js';
import { bundleDigestOf, filesIn, type Manifest, parseManifest } from '../release/manifest.js';
import type { SignatureVerifier } from '../signature/ports.js';
import { fail, refuseOthers, requireDigest, verifyAttached } from './attached.js';
import type { BundleFolder } from './folder.js';
import { layout } from './layout.js';
import type { Checking } from './checking.js';
import { verifyCommit, verifySigned } from './content.js';
import { namedIn, textOf } from './image-manifest.js';
import { VerificationReport } from './report.js';
import { readKeys } from './trust.js';

/** The largest manifest of a bundle or of an image that is read, in bytes. */
const maxManifestBytes = 16 * 1024 * 1024;

/** The result of verifying a bundle's folder. */
export interface Verification {
  readonly digest: string;
  readonly report: VerificationReport;
}

/** How a folder is verified. */
export interface VerificationOptions {
  readonly verifier: SignatureVerifier;
  readonly hashing?: Hashing;
  /** The digest that the bundle must have, or a prefix of it; any digest when absent. */
  readonly expected?: string | undefined;
  /** The only keys that are trusted; those of the download when absent. */
  readonly pinned?: PinnedKeys | undefined;
}

/** Public keys that were obtained another way. */
export interface PinnedKeys {
  /** Where they are from, for people. */
  readonly from: string;
  /** All of them, in PEM. */
  read(): Promise<readonly string[]>;
}

/**
 * Verifies the folder of a downloaded bundle, without a stack: every digest is recomputed, every signature verified,
 * every statement must be about what it is attached to, and nothing may lie among evidence and blobs that the bundle does
 * not name. It checks everything, even after finding a problem, and never throws.
 */
export async function verifyBundleFolder(folder: BundleFolder, options: VerificationOptions): Promise<Verification> {
  const report = new VerificationReport();
  const { verifier, hashing = portableHashing, pinned } = options;
  const bytes = await report.check('manifest', layout.manifest, () => folder.read(layout.manifest, maxManifestBytes));
  const digest = digestOf(bytes ?? '', hashing);
  const manifest =
    bytes && (await report.check('manifest format', layout.manifest, () => parseManifest(textOf(bytes))));
  if (manifest === undefined) return { digest, report };
  await report.check('bundle digest', digest, () => {
    if (bundleDigestOf(manifest) !== digest) fail('malformed', 'the manifest is not in canonical form');
    if (options.expected !== undefined && !hexOf(digest).startsWith(options.expected.replace(/^sha256:/, '')))
      fail('wrong-digest', `it is not ${options.expected}`);
  });
  await report.check('manifest for people', layout.manifestYaml, async () => {
    const text = textOf(await folder.read(layout.manifestYaml, maxManifestBytes));
    if (bundleDigestOf(parseManifest(text)) !== digest) fail('contradiction', 'it differs from manifest.json');
  });
  const blob: Checking['blob'] = async (name, limitBytes) => {
    const content = await folder.read(layout.blob(name), limitBytes);
    return requireDigest(digestOf(content, hashing), name, content);
  };
  await verifyFiles(report, manifest, folder, blob);
  const keys = await report.check('keys', pinned?.from ?? 'keys', async () =>
    readKeys(folder, verifier, await pinned?.read()),
  );
  if (keys === undefined) return { digest, report };
  const checking: Checking = { report, manifest, keys, verifier, hashing, blob };
  await verifyCommit(checking);
  await verifySigned(checking);
  const subjects: readonly string[] = [
    digest,
    ...(manifest.source.commit === undefined ? [] : [manifest.source.commit]),
    ...manifest.images.map((image) => image.digest),
    ...manifest.sdks.map((sdk) => sdk.checksum),
  ];
  await verifyAttached(checking, subjects, folder);
  return { digest, report };
}

/** Every file that the bundle names is what it is named after, and there is no other among them. */
async function verifyFiles(
  report: VerificationReport,
  manifest: Manifest,
  folder: BundleFolder,
  blob: Checking['blob'],
): Promise<void> {
  const named = new Set<Digest>();
  const isThere = async (check: string, object: string, digest: Digest): Promise<boolean> => {
    named.add(digest);
    const found = await report.check(check, object, async () =>
      requireDigest(await folder.digest(layout.blob(digest)), digest, digest),
    );
    return found !== undefined;
  };
  let isComplete = true;
  for (const { name, checksum } of filesIn(manifest)) {
    const found = await isThere('file', name, checksum);
    if (!manifest.images.some((image) => image.digest === checksum)) continue;
    const parts = found
      ? await report.check('image manifest', name, async () => namedIn(await blob(checksum, maxManifestBytes)))
      : undefined;
    isComplete &&= parts !== undefined;
    for (const part of parts ?? []) await isThere('image part', `${name} ${part}`, part);
  }
  // What an image consists of is known from its manifest alone.
  if (isComplete) await refuseOthers(report, folder, 'blobs', new Set([...named].map((each) => layout.blob(each))));
}
