import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { maxBundleBytes } from '../../core/signature/envelope.js';
import { verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { asLanekeeperError, type ErrorCode, LanekeeperError, messageOf } from '../../core/errors.js';
import { parseCommitsStatement } from '../../core/evidence/commits.js';
import { type AttestationKind, describeStatement } from '../../core/evidence/describe.js';
import type { Statement } from '../../core/evidence/statement.js';
import { reportDigestOf } from '../../core/evidence/test-result.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import type {
  Manifest,
  ManifestAttestation,
  ManifestEvidence,
  ManifestImage,
  ManifestSdk,
} from '../../core/release/manifest.js';
import type { Database } from '../../store/database.js';
import { findAttestation, type StoredAttestation } from '../../store/evidence/read.js';
import { enrolledKeys, type StoredKey, wasValid } from '../../store/identity/read.js';
import type { StoredRelease } from '../../store/release/read.js';
import { requireBuildStatement } from './build-evidence.js';

/** What is needed to verify the evidence of a tenant. */
interface EvidenceDeps {
  readonly blobs: ContentStore;
  readonly database: Database;
}

/** The trouble with reading a blob, which says nothing about what is claimed. */
const notAboutEvidence: readonly ErrorCode[] = ['NOT_FOUND', 'BLOB_MISSING', 'BLOB_CORRUPT', 'UNAVAILABLE', 'BUSY'];

/** What an attestation is about. */
interface About {
  readonly name: string;
  readonly digest: Digest;
}

/** One attestation of a manifest, in the place where the manifest names it. */
interface Claim {
  readonly attestation: ManifestAttestation;
  /** What it has to be in this place. */
  readonly kind: AttestationKind;
  readonly about: About;
  /** What the manifest says beside it, which the statement must say too. @throws Error with the reason */
  readonly check?: (statement: Statement) => void;
}

/**
 * Requires that everything the manifest says about its commits, images and SDKs was signed: each attestation is registered, by a
 * key of the build, about exactly that artifact, and its bytes, read again, say what the manifest says. The provenance
 * names the repository, the revision and the run of this release.
 * @throws EVIDENCE_INVALID, BLOB_MISSING, BLOB_CORRUPT
 */
export async function verifyEvidence(deps: EvidenceDeps, release: StoredRelease, manifest: Manifest): Promise<void> {
  const { tenant } = deps.blobs;
  const claims = [
    claimOfCommits(tenant, release, manifest),
    ...manifest.images.flatMap(claimsOfImage),
    ...manifest.sdks.flatMap(claimsOfSdk),
  ];
  const { keys, registered } = await deps.database.transaction(tenant, async (tx) => {
    const found: (StoredAttestation | undefined)[] = [];
    for (const { attestation } of claims)
      found.push(await findAttestation(tx, attestation.statement, attestation.keyId));
    return { keys: (await enrolledKeys(tx)).filter((key) => key.purpose === 'build'), registered: found };
  });
  for (const [index, claim] of claims.entries()) {
    try {
      const statement = await verifyClaim(deps.blobs, claim, registered[index], keys);
      // The list of commits is made where it is signed, so that no build has stated it.
      if (claim.kind !== 'commits') await requireBuildStatement(deps.blobs, statement, release);
    } catch (error) {
      const known = asLanekeeperError(error);
      if (known !== undefined && notAboutEvidence.includes(known.code)) throw error;
      throw invalid(claim, known?.why ?? messageOf(error), error);
    }
  }
}

function claimOfCommits(tenant: string, release: StoredRelease, { source: { commits, commit } }: Manifest): Claim {
  if (commits === undefined || commit === undefined)
    throw new LanekeeperError('EVIDENCE_INVALID', {
      message: 'the manifest names no list of the commits of its release',
      object: `release ${release.id}`,
      next: 'release the commit again',
    });
  return {
    about: { name: 'the source', digest: commit },
    attestation: commits,
    kind: 'commits',
    check: (statement) => {
      const list = parseCommitsStatement(statement);
      const isOwn = list.tenant === tenant && list.product === release.product && list.revision === release.revision;
      if (!isOwn) throw new Error('it lists the commits of another release');
    },
  };
}

function claimsOfImage(image: ManifestImage): Claim[] {
  const about = { name: image.service, digest: image.digest };
  return [
    ...claimsOf(about, image, 'service'),
    {
      about,
      attestation: image.tests.attestation,
      kind: 'test-result',
      check: (statement) => requireTests(statement, image.tests),
    },
  ];
}

function claimsOfSdk(sdk: ManifestSdk): Claim[] {
  const { name, checksum, provenance, signature, sboms } = sdk;
  if (provenance === undefined || signature === undefined || sboms === undefined)
    throw new LanekeeperError('EVIDENCE_INVALID', {
      message: `nothing was signed about SDK ${name}`,
      object: `SDK ${name}`,
      next: 'release the commit again',
    });
  return claimsOf({ name, digest: checksum }, { provenance, signature, sboms }, 'SDK');
}

/** What has to be signed about every artifact. */
function claimsOf(about: About, { provenance, signature, sboms }: ManifestEvidence, part: 'service' | 'SDK'): Claim[] {
  return [
    {
      about,
      attestation: provenance,
      kind: 'provenance',
      check: (statement) => {
        if (statement.subject[0]?.name !== about.name) throw new Error(`it is about another ${part}`);
      },
    },
    { about, attestation: signature, kind: 'signature' },
    ...sboms.map((sbom): Claim => ({
      about,
      attestation: sbom.attestation,
      kind: sbom.format === 'SPDX' ? 'sbom-spdx' : 'sbom-cyclonedx',
      check: (statement) => {
        if (digestOf(canonicalJson(statement.predicate)) !== sbom.checksum)
          throw new Error('the signed document is another one');
      },
    })),
  ];
}

/** Verifies one attestation. @returns its statement @throws Error with the reason */
async function verifyClaim(
  blobs: ContentStore,
  { attestation, kind, about: { digest }, check }: Claim,
  registered: StoredAttestation | undefined,
  buildKeys: readonly StoredKey[],
): Promise<Statement> {
  if (registered === undefined) throw new Error('it is not registered');
  const key = buildKeys.find((one) => one.keyId === registered.keyId && wasValid(one, registered.registeredAt));
  if (key === undefined) throw new Error('no key of the build signed it');
  const { statement, statementDigest } = verifyStatement(await blobs.get(registered.checksum, maxBundleBytes), [
    key.publicKeyPem,
  ]);
  const same =
    registered.checksum === attestation.checksum &&
    registered.kind === kind &&
    attestation.kind === kind &&
    describeStatement(statement).kind === kind &&
    attestation.predicateType === statement.predicateType &&
    attestation.statement === statementDigest;
  if (!same) throw new Error('the registered attestation is another one than the manifest names');
  const about: readonly string[] = [hexOf(digest)];
  if (canonicalJson(statement.subject.map((subject) => subject.digest.sha256)) !== canonicalJson(about))
    throw new Error(`it is not about exactly ${digest}`);
  if (!registered.subjects.every((subject: Digest) => subject === digest) || registered.subjects.length === 0)
    throw new Error(`it is not registered as evidence of ${digest}`);
  check?.(statement);
  return statement;
}

function requireTests(statement: Statement, tests: ManifestImage['tests']): void {
  const { result, passed, failed, skipped } = describeStatement(statement).attributes;
  const agrees =
    result === tests.result && passed === tests.passed && failed === tests.failed && skipped === tests.skipped;
  if (!agrees || reportDigestOf(statement) !== tests.report.checksum)
    throw new Error('the signed result is another one');
}

function invalid({ attestation, about }: Claim, why: string, cause: unknown): LanekeeperError {
  return new LanekeeperError(
    'EVIDENCE_INVALID',
    {
      message: `the ${attestation.kind} of ${about.name} does not prove what the manifest says`,
      object: `attestation ${attestation.checksum}`,
      why,
      next: 'release the commit again',
    },
    { cause },
  );
}
