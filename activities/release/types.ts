import type { Digest } from '../../core/digest.js';
import type { AttestationKind } from '../../core/evidence/describe.js';
import type { Manifest, SdkFile, StoredFile } from '../../core/release/manifest.js';
import type { PlanSummary } from '../../core/release/plan.js';
import type { ProductDefinition } from '../../core/release/product.js';

/** A commit, read and understood. */
export interface FetchedSource {
  /** Its files as a tar in the content store. */
  readonly archive: Digest;
  /** Its raw object in the content store. */
  readonly commit: Digest;
  /** The raw objects of the commit and its ancestors in the content store, see `parseCommitObjects`. */
  readonly history: Digest;
  /** The id of its tree, 40 hex digits. */
  readonly tree: string;
  readonly author: { readonly name: string; readonly email: string };
  /** RFC 3339 in UTC. */
  readonly committedAt: string;
  /** First line of the commit message. */
  readonly subject: string;
  readonly definition: ProductDefinition;
  readonly plan?: StoredFile & PlanSummary;
}

/**
 * Where a step finds its commit. Which commit that is follows from the id of the calling workflow; what is stored must be
 * it, and everything else about the build is read from there.
 */
export interface SourceInput {
  /** Its files as a tar in the content store. */
  readonly archive: Digest;
  /** Its raw object in the content store. */
  readonly commit: Digest;
  /** Where the release says that it comes from; sealing compares that with its record. */
  readonly repository: string;
}

/** A service to build, by its name in `lanekeeper.yaml` of the commit. */
export interface BuildInput extends SourceInput {
  readonly service: string;
}

/** An SDK to build, by its name there. */
export interface SdkInput extends SourceInput {
  readonly sdk: string;
}

/** A built image. */
export interface BuiltService {
  readonly service: string;
  readonly image: Digest;
  /** In bytes. */
  readonly size: number;
  /** The Node that ran the build, `v20.20.0`. */
  readonly nodeVersion: string;
}

/** A statement in the content store that is waiting to be signed. */
export interface UnsignedStatement {
  readonly kind: AttestationKind;
  readonly statement: Digest;
}

/** A bill of materials in the content store. */
export interface StoredSbom extends StoredFile {
  readonly format: 'SPDX' | 'CycloneDX';
  readonly specVersion: string;
}

/** A packed SDK. */
export interface PackedSdk {
  readonly sdk: SdkFile;
  /** The Node that ran the build, `v20.20.0`. */
  readonly nodeVersion: string;
}

/** What was learned about one artifact. */
export interface DescribedArtifact {
  readonly sboms: readonly (StoredSbom & { readonly statement: UnsignedStatement })[];
  readonly provenance: UnsignedStatement;
  readonly signature: UnsignedStatement;
}

/** The outcome of a product's own tests against its unpacked images. Failing tests never get here. */
export interface QualifiedImage {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly report: StoredFile;
  readonly statement: UnsignedStatement;
}

/**
 * Work on the build queue: runs the product's own scripts and holds no key.
 * @throws PERMISSION_DENIED for every caller but the release workflow
 */
export interface BuildActivities {
  /**
   * Reads the commit that the caller's workflow id names into the content store.
   * @throws INVALID_INPUT, UNKNOWN_REVISION, SOURCE_REFUSED, INVALID_PRODUCT_FILE, UNAVAILABLE
   */
  readonly fetchSource: (input: { readonly repository: string }) => Promise<FetchedSource>;
  /** Builds the image of one service. @throws SOURCE_REFUSED, BUILD_FAILED, BUILD_TIMED_OUT, BUILD_WROTE_OUTSIDE */
  readonly buildImage: (input: BuildInput) => Promise<BuiltService>;
  /** Lists what is in an image, and states how it was built; times come from the workflow. @throws BUILD_FAILED */
  readonly describeImage: (
    input: BuildInput & {
      readonly built: BuiltService;
      readonly startedOn: string;
      readonly finishedOn: string;
    },
  ) => Promise<DescribedArtifact>;
  /**
   * Packs one SDK, with the revision as its `gitHead`.
   * @throws BUILD_FAILED, BUILD_TIMED_OUT, BUILD_WROTE_OUTSIDE
   */
  readonly packSdk: (input: SdkInput) => Promise<PackedSdk>;
  /**
   * Lists what a packed SDK depends on, by its lockfile, and states how it was built; times come from the workflow.
   * @throws BUILD_FAILED, EVIDENCE_INVALID
   */
  readonly describeSdk: (
    input: SdkInput & {
      /** The digest of the packed file. */
      readonly packed: Digest;
      readonly nodeVersion: string;
      readonly startedOn: string;
      readonly finishedOn: string;
    },
  ) => Promise<DescribedArtifact>;
  /**
   * Runs the product's tests against the unpacked images.
   * @throws TESTS_FAILED, EVIDENCE_INVALID, BUILD_WROTE_OUTSIDE
   */
  readonly qualifyImage: (
    input: BuildInput & { readonly images: readonly { readonly service: string; readonly image: Digest }[] },
  ) => Promise<QualifiedImage>;
}

/** A statement to sign. */
export interface SignInput {
  /** The digest of the statement's bytes in the content store. */
  readonly statement: Digest;
}

/** A registered attestation. */
export interface SignedStatement {
  readonly attestationId: string;
  readonly kind: AttestationKind;
  readonly predicateType: string;
  readonly uri: string;
  /** Digest of the Sigstore bundle in the content store. */
  readonly checksum: Digest;
  readonly statement: Digest;
  readonly keyId: Digest;
}

/** Work on the sign queue, the only holder of keys. */
export interface SignActivities {
  /**
   * Signs a statement and registers it, once: the same statement and key return the attestation that is already
   * registered. It signs only what a build states about an image or SDK of the caller's own running release; the
   * statement and the artifact are hashed again first.
   * @throws PERMISSION_DENIED, WRONG_STATE, BLOB_MISSING, BLOB_CORRUPT, EVIDENCE_INVALID, IMAGE_UNSUPPORTED
   */
  readonly signStatement: (input: SignInput) => Promise<SignedStatement>;
  /**
   * Lists the commits that the caller's own running release brings, with who signed them, and signs and registers the list.
   * @throws PERMISSION_DENIED, WRONG_STATE, SOURCE_REFUSED, BLOB_MISSING, BLOB_CORRUPT
   */
  readonly signCommits: (input: {
    /** The raw objects of the commit and its ancestors in the content store. */
    readonly history: Digest;
    /** The raw object of the released commit in the content store. */
    readonly commit: Digest;
  }) => Promise<SignedStatement>;
}

/**
 * Records of releases: local activities that only use the database. Tenant, product and revision are those of the
 * caller's workflow id.
 * @throws PERMISSION_DENIED for every caller but the release workflow
 */
export interface ReleaseRecordActivities {
  /**
   * Opens the record of a release before its commit is fetched, unless the revision was sealed before or the product is
   * new: that is registered with the first commit that was read.
   * @throws WRONG_STATE when the release has ended, WRONG_REPOSITORY
   */
  readonly beginRelease: (input: {
    /** The first run id of the workflow. */
    readonly releaseId: string;
    readonly repository: string;
  }) => Promise<{ readonly sealed?: Digest; readonly isOpen: boolean }>;
  /** Records how far the steps are that have changed. */
  readonly recordSteps: (input: {
    readonly releaseId: string;
    readonly steps: readonly ReleaseStep[];
  }) => Promise<void>;
  /** The bundle that was sealed for this revision, if there is one; asked by runs that began before `beginRelease`. */
  readonly findSealed: () => Promise<Digest | null>;
  /**
   * Records the commit of a release, whose object is in the content store. Opens its record, and registers a product
   * that is new, where that has not been done.
   * @throws WRONG_STATE when the release was sealed before, WRONG_REPOSITORY, SOURCE_REFUSED, BLOB_MISSING, BLOB_CORRUPT
   */
  readonly openRelease: (input: {
    /** The first run id of the workflow. */
    readonly releaseId: string;
    readonly repository: string;
    readonly commit: Digest;
  }) => Promise<void>;
  /** Records why a release ended without a bundle. Only the first ending counts. */
  readonly failRelease: (input: {
    readonly releaseId: string;
    readonly error: { readonly code: string; readonly message: string };
  }) => Promise<void>;
}

/** One step of a release, as the run says. */
export interface ReleaseStep {
  /** `fetch`, `build/web`, `describe/web`, `pack/client`, `describe/client`, `qualify/web`, `sign/web`, `seal`. */
  readonly id: string;
  readonly state: 'WAITING' | 'RUNNING' | 'DONE' | 'FAILED';
  /** A digest, a count, or why it failed. */
  readonly detail?: string;
  /** RFC 3339 in UTC. */
  readonly startedAt?: string;
  readonly endedAt?: string;
}

/** Sealing: control work that reads every blob. */
export interface SealActivities {
  /**
   * Seals the caller's own running release. Everything that its manifest names is hashed again, the manifest must agree
   * with the record of the release, and what it says about images and SDKs must be signed and registered.
   * @throws PERMISSION_DENIED, WRONG_STATE, BUNDLE_CORRUPT, EVIDENCE_INVALID, BLOB_MISSING, BLOB_CORRUPT
   */
  readonly sealRelease: (input: {
    readonly manifest: Omit<Manifest, 'sdkManifests'>;
  }) => Promise<{ readonly bundle: Digest; readonly manifestFile: Digest }>;
}
