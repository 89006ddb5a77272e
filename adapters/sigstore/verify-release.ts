import { type Digest, isDigest } from '../../core/digest.js';
import { asLanekeeperError, messageOf } from '../../core/errors.js';
import { describeStatement } from '../../core/evidence/describe.js';
import { requireAbout } from '../../core/evidence/statement.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import {
  attestationsIn,
  bundleDigestOf,
  filesIn,
  type Manifest,
  type ManifestAttestation,
  parseManifest,
  sbomsIn,
} from '../../core/release/manifest.js';
import { parseCommit } from '../../core/release/commit.js';
import { gitObjectId } from '../../core/release/git-object.js';
import { verifyStatement } from './verify-statement.js';

/** The bytes of a blob, or undefined; they are hashed here and need not be trusted. */
export type ReadBlob = (digest: Digest) => Promise<Uint8Array | undefined>;

/** One thing that was checked. */
export interface Finding {
  readonly ok: boolean;
  /** What was checked, for people to read. */
  readonly object: string;
  /** What was found. */
  readonly detail: string;
}

/** What is needed to check a bundle with nothing but files and public keys. */
export interface ReleaseToVerify {
  /** The manifest, YAML or JSON. */
  readonly manifest: string;
  /** The digest that the bundle is supposed to have, if it is known from elsewhere. */
  readonly expected?: Digest;
  readonly readBlob: ReadBlob;
  /** The public keys that are trusted, in PEM. */
  readonly publicKeysPem: readonly string[];
}

/**
 * Checks a release bundle offline: the manifest against its schema and digest, every blob against its name, every
 * statement's signature, key, type and subject, and that manifest and statements agree. It checks everything, even
 * after finding a problem.
 */
export async function verifyRelease(release: ReleaseToVerify): Promise<Finding[]> {
  const findings: Finding[] = [];
  const check = async (object: string, work: () => Promise<string> | string): Promise<void> => {
    try {
      findings.push({ ok: true, object, detail: await work() });
    } catch (error) {
      findings.push({
        ok: false,
        object,
        detail: [messageOf(error), asLanekeeperError(error)?.why].filter(Boolean).join(': '),
      });
    }
  };
  let manifest: Manifest | undefined;
  await check('manifest', () => {
    manifest = parseManifest(release.manifest);
    const digest = bundleDigestOf(manifest);
    if (release.expected !== undefined && digest !== release.expected)
      throw new Error(`it has the digest ${digest}, not ${release.expected}`);
    return `valid against its schema, digest ${digest}`;
  });
  if (manifest === undefined) return findings;
  for (const file of filesIn(manifest))
    await check(
      file.name,
      async () => `${file.checksum}, ${String((await read(release, file.checksum)).length)} bytes`,
    );
  const { source } = manifest;
  const { commit } = source;
  if (commit !== undefined) await check('commit object', async () => checkCommit(source, await read(release, commit)));
  for (const image of manifest.images)
    await check(`blobs of image ${image.service}`, async () => checkImage(release, image.digest));
  for (const { attestation, subject, name } of attestationsIn(manifest)) {
    await check(`signature of ${attestation.kind} of ${name}`, async () =>
      checkAttestation(release, attestation, subject),
    );
  }
  for (const { sbom, name } of sbomsIn(manifest)) {
    await check(`${sbom.format} SBOM of ${name} is what was signed`, async () => {
      const { statement } = await verified(release, sbom.attestation);
      if (digestOf(canonicalJson(statement.predicate)) !== sbom.checksum)
        throw new Error('the signed document is a different one');
      return sbom.checksum;
    });
  }
  return findings;
}

/** The revision is the name of the commit object, which names the tree. */
function checkCommit({ revision, tree, author }: Manifest['source'], object: Uint8Array): string {
  if (gitObjectId('commit', object) !== revision) throw new Error(`it is not commit ${revision}`);
  const commit = parseCommit(object);
  if (commit.tree !== tree) throw new Error(`its tree is ${commit.tree}`);
  if (commit.author.email !== author.email || commit.author.name !== author.name)
    throw new Error('it has another author');
  return `commit ${revision}, tree ${tree}`;
}

async function checkAttestation(
  release: ReleaseToVerify,
  attestation: ManifestAttestation,
  subject: Digest,
): Promise<string> {
  const { statement, statementDigest, keyId } = await verified(release, attestation);
  requireAbout(statement, attestation.predicateType, subject);
  if (describeStatement(statement).kind !== attestation.kind)
    throw new Error(`it is a ${describeStatement(statement).kind}`);
  if (statementDigest !== attestation.statement)
    throw new Error(`it is statement ${statementDigest}, but the manifest names ${attestation.statement}`);
  if (keyId !== attestation.keyId)
    throw new Error(`key ${keyId} signed it, but the manifest names ${attestation.keyId}`);
  return `signed by ${keyId}, about ${subject}`;
}

async function verified(
  release: ReleaseToVerify,
  attestation: ManifestAttestation,
): Promise<ReturnType<typeof verifyStatement>> {
  return verifyStatement(await read(release, attestation.checksum), release.publicKeysPem);
}

/** Configuration and layers are named by the image manifest alone. */
async function checkImage(release: ReleaseToVerify, image: Digest): Promise<string> {
  const { config, layers } = JSON.parse(new TextDecoder().decode(await read(release, image))) as {
    config?: { digest?: unknown };
    layers?: { digest?: unknown }[];
  };
  const digests = [config?.digest, ...(layers ?? []).map((layer) => layer.digest)];
  for (const digest of digests) {
    if (!isDigest(digest)) throw new Error('its manifest names something that is not a digest');
    await read(release, digest);
  }
  return `${String(digests.length)} blobs`;
}

async function read(release: ReleaseToVerify, digest: Digest): Promise<Uint8Array> {
  const bytes = await release.readBlob(digest);
  if (bytes === undefined) throw new Error(`blob ${digest} is missing`);
  if (digestOf(bytes) !== digest) throw new Error(`the bytes of blob ${digest} hash to a different digest`);
  return bytes;
}
