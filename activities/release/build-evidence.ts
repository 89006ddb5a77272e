import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { label } from '../../adapters/oci/convention.js';
import { isGzip, type PackageDescription, readPackage } from '../../adapters/npm-pack/read-package.js';
import { type ImageDescription, readImage } from '../../adapters/oci/read-image.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { type AttestationKind, describeStatement } from '../../core/evidence/describe.js';
import { type ArtifactKind, type ExpectedProvenance, requireProvenance } from '../../core/evidence/provenance.js';
import { type Statement, subjectDigestsOf } from '../../core/evidence/statement.js';
import type { StoredRelease } from '../../store/release/read.js';
import { requireReport } from '../evidence/require-report.js';

/** What the build key signs; every other kind of statement is signed by somebody else. */
const buildKinds: readonly AttestationKind[] = [
  'provenance',
  'signature',
  'sbom-spdx',
  'sbom-cyclonedx',
  'test-result',
];

/** A release as its record knows it. */
type ReleaseRecord = Pick<StoredRelease, 'id' | 'workflowId' | 'repository' | 'revision' | 'tree'>;

/** How statements name the run of a release. */
export function runOf(release: Pick<StoredRelease, 'id' | 'workflowId'>): string {
  return `${release.workflowId}/${release.id}`;
}

/**
 * Requires that a statement is one that a build makes, about exactly one image or SDK of this release's revision. It is
 * read and hashed again: a signature over a name alone would prove nothing.
 *
 * Proven is that the bytes are a well-formed artifact that names the revision, in the label of an image or as the
 * `gitHead` of a package, and that the statement is of a form and content that our build writes: a client of Temporal
 * without keys, who can at most report results of activities, has nothing signed that says more, or about other bytes
 * than somebody has put into the content store with this revision in them. Not proven is that the commit gives these
 * bytes: who controls the build worker while it builds, or writes to the content store, can have other bytes signed
 * as built from this revision, by this run, and by no other.
 * @throws EVIDENCE_INVALID, IMAGE_UNSUPPORTED, BLOB_MISSING, BLOB_CORRUPT
 */
export async function requireBuildStatement(
  blobs: ContentStore,
  statement: Statement,
  release: ReleaseRecord,
): Promise<void> {
  const { kind } = describeStatement(statement);
  if (!buildKinds.includes(kind)) throw refused(`a build makes no statement of type ${statement.predicateType}`);
  const [artifact, ...others] = subjectDigestsOf(statement);
  if (artifact === undefined || others.length > 0) throw refused('it is not about exactly one image or SDK');
  const of = await requireArtifactOf(blobs, artifact, release);
  if (kind === 'provenance') requireProvenance(statement, of, expectedProvenance(release));
  if (kind === 'test-result' && of !== 'image') throw refused('tests are run against images');
  if (kind === 'test-result') await requireReport(blobs, statement);
  if (kind === 'signature' && Object.keys(statement.predicate as object).length > 0)
    throw refused('the signature of an artifact claims nothing else');
}

/** What the provenance of a release must say. */
function expectedProvenance(release: ReleaseRecord): ExpectedProvenance {
  const { repository, revision, tree } = release;
  if (tree === null) throw refused('the release has no tree on record');
  return { repository, revision, tree, invocationId: runOf(release) };
}

/** Requires that an image was built from the revision of a release. */
export async function requireImageOf(
  blobs: ContentStore,
  image: Digest,
  release: Pick<StoredRelease, 'revision'>,
): Promise<ImageDescription> {
  const described = await readImage(blobs, image);
  if (described.labels[label.revision] === release.revision) return described;
  throw refused(`image ${image} was not built from revision ${release.revision}`);
}

/** Requires that a packed SDK was packed from the revision of a release. */
export async function requireSdkOf(
  blobs: ContentStore,
  archive: Digest,
  release: Pick<StoredRelease, 'revision'>,
): Promise<PackageDescription> {
  const described = await readPackage(blobs, archive);
  if (described.revision === release.revision) return described;
  throw refused(`package ${archive} was not packed from revision ${release.revision}`);
}

/** Packages are compressed and images are JSON: no bytes are both. */
async function requireArtifactOf(
  blobs: ContentStore,
  artifact: Digest,
  release: Pick<StoredRelease, 'revision'>,
): Promise<ArtifactKind> {
  if (await isGzip(blobs, artifact)) {
    await requireSdkOf(blobs, artifact, release);
    return 'sdk';
  }
  await requireImageOf(blobs, artifact, release);
  return 'image';
}

function refused(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a statement that a build makes about an artifact of this release',
    why,
    next: 'release the commit; the release workflow has its own statements signed',
  });
}
