import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { label } from '../../adapters/oci/convention.js';
import { type ImageDescription, readImage } from '../../adapters/oci/read-image.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { type AttestationKind, describeStatement } from '../../core/evidence/describe.js';
import { requireProvenance } from '../../core/evidence/provenance.js';
import { maxReportLength } from '../../core/evidence/junit.js';
import { type Statement, subjectDigestsOf } from '../../core/evidence/statement.js';
import { reportDigestOf, requireReported } from '../../core/evidence/test-result.js';
import type { StoredRelease } from '../../store/release/read.js';

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
 * Requires that a statement is one that a build makes, about exactly one image of this release's revision. The image is
 * read and hashed again: a signature over a name alone would prove nothing.
 * @throws EVIDENCE_INVALID, IMAGE_UNSUPPORTED, BLOB_MISSING, BLOB_CORRUPT
 */
export async function requireBuildStatement(
  blobs: ContentStore,
  statement: Statement,
  release: ReleaseRecord,
): Promise<void> {
  const { kind } = describeStatement(statement);
  if (!buildKinds.includes(kind)) throw refused(`a build makes no statement of type ${statement.predicateType}`);
  const [image, ...others] = subjectDigestsOf(statement);
  if (image === undefined || others.length > 0) throw refused('it is not about exactly one image');
  await requireImageOf(blobs, image, release);
  if (kind === 'provenance') requireProvenance(statement, expectedProvenance(release));
  if (kind === 'test-result') await requireReport(blobs, statement);
  if (kind === 'signature' && Object.keys(statement.predicate as object).length > 0)
    throw refused('the signature of an image claims nothing else');
}

/** The build key signs a test result only over a report that says the same. */
async function requireReport(blobs: ContentStore, statement: Statement): Promise<void> {
  const report = reportDigestOf(statement);
  if (report === undefined) throw refused('it names no report');
  requireReported(statement, await blobs.get(report, maxReportLength));
}

/** What the provenance of a release must say. */
export function expectedProvenance(release: ReleaseRecord): Parameters<typeof requireProvenance>[1] {
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

function refused(why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: 'this is not a statement that a build makes about an image of this release',
    why,
    next: 'release the commit; the release workflow has its own statements signed',
  });
}
