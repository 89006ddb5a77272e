import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse, stringify } from 'yaml';
import manifestSchema from '../schemas/manifest.schema.json' with { type: 'json' };
import type { Digest } from '../digest.js';
import type { AttestationKind } from '../evidence/describe.js';
import { LanekeeperError, messageOf } from '../errors.js';
import { canonicalJson, digestOfJson } from '../hash.js';
import type { PlanSummary } from './plan.js';
import type { Methodology } from './product.js';

/** A file in the content store: `uri` is `cas:<checksum>`. */
export interface StoredFile {
  readonly uri: string;
  readonly checksum: Digest;
}

/** A signed statement in the content store; `checksum` is that of its Sigstore bundle. */
export interface ManifestAttestation extends StoredFile {
  readonly kind: AttestationKind;
  readonly predicateType: string;
  /** sha256 of the signed payload. */
  readonly statement: Digest;
  readonly keyId: Digest;
}

/** A bill of materials of what is in one artifact. */
export interface ManifestSbom extends StoredFile {
  readonly format: 'SPDX' | 'CycloneDX';
  readonly specVersion: string;
  readonly attestation: ManifestAttestation;
}

/** What was signed about an artifact. */
export interface ManifestEvidence {
  readonly sboms: readonly ManifestSbom[];
  readonly provenance: ManifestAttestation;
  readonly signature: ManifestAttestation;
}

/** One service's image with everything that was proven about it. */
export interface ManifestImage extends ManifestEvidence {
  readonly service: string;
  /** The digest of the OCI image manifest. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** In bytes, all blobs together. */
  readonly size: number;
  readonly nodeMajor: number;
  readonly health: string;
  readonly route: boolean;
  readonly tests: {
    readonly result: 'PASSED';
    readonly passed: number;
    readonly failed: number;
    readonly skipped: number;
    readonly report: StoredFile;
    readonly attestation: ManifestAttestation;
  };
}

/** The file of a packed SDK. */
export interface SdkFile extends StoredFile {
  readonly name: string;
  readonly language: 'typescript';
  readonly package: string;
  readonly version: string;
  readonly file: string;
  readonly size: number;
}

/** A packed SDK with what was proven about it: all of it or, in a bundle from before SDKs were signed, nothing. */
export interface ManifestSdk extends SdkFile, Partial<ManifestEvidence> {}

/** What a bundle consists of (`core/schemas/manifest.schema.json`). Its canonical form names the bundle. */
export interface Manifest {
  readonly apiVersion: 'lanekeeper.dev/v1';
  readonly kind: 'ReleaseBundle';
  readonly tenant: string;
  readonly product: string;
  readonly source: {
    readonly repository: string;
    readonly revision: string;
    /** The tree of the commit, 40 hex digits; bundles from before it was recorded have none. */
    readonly tree?: string;
    /** The raw commit object in the content store, likewise. */
    readonly commit?: Digest;
    readonly author: { readonly name: string; readonly email: string };
    /** RFC 3339 in UTC. */
    readonly committedAt: string;
    /** First line of the commit message. */
    readonly subject: string;
    /** The signed list of the commits that this release brings. Releases that were made before it have none. */
    readonly commits?: ManifestAttestation;
  };
  /** The release run, and the timebox that its starter named. */
  readonly run: { readonly workflowId: string; readonly firstRunId: string; readonly timebox?: string };
  readonly images: readonly ManifestImage[];
  readonly sdks: readonly ManifestSdk[];
  /** The manifest of the SDKs of each language, with its path in the bundle. */
  readonly sdkManifests: readonly (StoredFile & { readonly path: string })[];
  readonly methodology?: Methodology;
  /** The plan file and what it says; `fingerprint` is the sha256 of its canonical payload. */
  readonly plan?: StoredFile & PlanSummary;
}

/** The largest manifest that is read, in characters. */
const maxLength = 4 * 1024 * 1024;

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile<Manifest>(
  manifestSchema,
);

/** The canonical text of a manifest: what is stored, hashed, and never changed. */
export function canonicalManifest(manifest: Manifest): string {
  return canonicalJson(manifest);
}

/** The name of the bundle that has this manifest. */
export function bundleDigestOf(manifest: Manifest): Digest {
  return digestOfJson(manifest);
}

/** The file for people to read; parsing it gives the same manifest and therefore the same bundle digest. */
export function renderManifestYaml(manifest: Manifest): string {
  const sorted: unknown = JSON.parse(canonicalManifest(manifest));
  const note = `# Release bundle ${bundleDigestOf(manifest)}: the sha256 of this manifest as canonical JSON (RFC 8785).\n`;
  return note + stringify(sorted, { lineWidth: 0, aliasDuplicateObjects: false });
}

/** Reads a manifest, YAML or canonical JSON. @throws BUNDLE_CORRUPT naming every problem */
export function parseManifest(text: string): Manifest {
  if (text.length > maxLength) throw corrupt(`it is longer than ${String(maxLength)} characters`);
  let value: unknown;
  try {
    value = text.startsWith('{') ? JSON.parse(text) : parse(text, { maxAliasCount: 0 });
  } catch (error) {
    throw corrupt(messageOf(error));
  }
  if (validate(value)) return value;
  throw corrupt(
    (validate.errors ?? [])
      .map((error) => `${error.instancePath || '/'} ${error.message ?? 'is invalid'}`)
      .slice(0, 20)
      .join('; '),
  );
}

/** All attestations that a manifest names, each with the digest that it must be about and the name of what that is. */
export function attestationsIn(
  manifest: Manifest,
): { readonly attestation: ManifestAttestation; readonly subject: Digest; readonly name: string }[] {
  const { commits, commit } = manifest.source;
  const of = (
    { provenance, signature, sboms = [] }: Partial<ManifestEvidence>,
    ...more: readonly ManifestAttestation[]
  ): readonly ManifestAttestation[] =>
    [provenance, signature, ...more, ...sboms.map((sbom) => sbom.attestation)].filter((one) => one !== undefined);
  return [
    ...(commits === undefined || commit === undefined
      ? []
      : [{ attestation: commits, subject: commit, name: 'the source' }]),
    ...manifest.images.flatMap((image) =>
      of(image, image.tests.attestation).map((attestation) => ({
        attestation,
        subject: image.digest,
        name: image.service,
      })),
    ),
    ...manifest.sdks.flatMap((sdk) =>
      of(sdk).map((attestation) => ({ attestation, subject: sdk.checksum, name: sdk.name })),
    ),
  ];
}

/** All bills of materials that a manifest names, each with the name of what it is about. */
export function sbomsIn(manifest: Manifest): readonly { readonly sbom: ManifestSbom; readonly name: string }[] {
  return [
    ...manifest.images.flatMap(({ service, sboms }) => sboms.map((sbom) => ({ sbom, name: service }))),
    ...manifest.sdks.flatMap(({ name, sboms = [] }) => sboms.map((sbom) => ({ sbom, name }))),
  ];
}

/** All files that a manifest names: images, reports, SBOMs, SDKs, the plan, signed statements. */
export function filesIn(manifest: Manifest): { readonly name: string; readonly checksum: Digest }[] {
  const file = (name: string, { checksum }: StoredFile): { name: string; checksum: Digest } => ({ name, checksum });
  const { commit } = manifest.source;
  return [
    ...(commit === undefined ? [] : [{ name: 'commit', checksum: commit }]),
    ...manifest.images.flatMap((image) => [
      { name: `image ${image.service}`, checksum: image.digest },
      file(`test report of ${image.service}`, image.tests.report),
    ]),
    ...sbomsIn(manifest).map(({ sbom, name }) => file(`${sbom.format} SBOM of ${name}`, sbom)),
    ...attestationsIn(manifest).map(({ attestation, name }) => file(`${attestation.kind} of ${name}`, attestation)),
    ...manifest.sdks.map((sdk) => file(`SDK ${sdk.name}`, sdk)),
    ...manifest.sdkManifests.map((sdk) => file(sdk.path, sdk)),
    ...(manifest.plan === undefined ? [] : [file('plan', manifest.plan)]),
  ];
}

function corrupt(why: string): LanekeeperError {
  return new LanekeeperError('BUNDLE_CORRUPT', {
    message: 'this is not the manifest of a release bundle',
    why,
    next: 'docs/evidence.md describes its format',
  });
}
