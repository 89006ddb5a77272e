import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyStatement } from '../../../adapters/sigstore/verify-statement.js';
import type { VerifiedStatement } from '../../../core/signature/statement.js';
import type { Digest } from '../../../core/digest.js';
import { LanekeeperError } from '../../../core/errors.js';
import { parseCommitsStatement } from '../../../core/evidence/commits.js';
import { requireAbout, subjectDigestsOf } from '../../../core/evidence/statement.js';
import { digestOf, digestOfJson } from '../../../core/hash.js';
import {
  attestationsIn,
  bundleDigestOf,
  filesIn,
  type Manifest,
  type ManifestAttestation,
  parseManifest,
  sbomsIn,
} from '../../../core/release/manifest.js';
import { namedIn } from './download.js';
import { layout } from './layout.js';
import { VerificationReport } from './report.js';
import { readEvidenceIndex, readKeys, type TrustedKeys } from './trust.js';

/** The result of verifying a bundle's folder. */
export interface Verification {
  readonly digest: string;
  readonly report: VerificationReport;
}

/**
 * Verifies the folder of a downloaded bundle, without a stack: every digest is recomputed, every signature verified,
 * and every statement must be about what it is attached to.
 *
 * @param options.expected the digest that the bundle must have, or a prefix of it; any digest when absent
 * @param options.keysFolder the folder of the trusted keys; those of the download when absent
 */
export async function verifyFolder(
  folder: string,
  options: { readonly expected?: string | undefined; readonly keysFolder?: string | undefined },
): Promise<Verification> {
  const report = new VerificationReport();
  const read = (name: string): Promise<Buffer> => readFile(join(folder, name)).catch(() => fail('the file is missing'));
  const text = await report.check('manifest', layout.manifest, async () =>
    (await read(layout.manifest)).toString('utf8'),
  );
  const digest = digestOf(text ?? '');
  const manifest =
    text === undefined ? undefined : await report.check('manifest format', layout.manifest, () => parseManifest(text));
  if (manifest === undefined) return { digest, report };
  await report.check('bundle digest', digest, () => {
    if (bundleDigestOf(manifest) !== digest) fail('the manifest is not in canonical form');
    if (
      options.expected !== undefined &&
      !digest.slice('sha256:'.length).startsWith(options.expected.replace(/^sha256:/, ''))
    )
      fail(`it is not ${options.expected}`);
  });
  await report.check('manifest for people', layout.manifestYaml, async () => {
    if (bundleDigestOf(parseManifest((await read(layout.manifestYaml)).toString('utf8'))) !== digest)
      fail('it differs from manifest.json');
  });
  await verifyFiles(report, manifest, read);
  const keys = await report.check('keys', options.keysFolder ?? 'keys', () => readKeys(folder, options.keysFolder));
  if (keys !== undefined) {
    await verifyManifestAttestations(report, manifest, keys, read);
    await verifyAttached(report, manifest, digest, keys, folder, read);
  }
  return { digest, report };
}

type Read = (name: string) => Promise<Buffer>;

async function verifyFiles(report: VerificationReport, manifest: Manifest, read: Read): Promise<void> {
  const blob = async (digest: Digest): Promise<Buffer> => {
    const bytes = await read(layout.blob(digest));
    return digestOf(bytes) === digest ? bytes : fail(`its content has the digest ${digestOf(bytes)}`);
  };
  for (const { name, checksum } of filesIn(manifest)) {
    const bytes = await report.check('file', name, () => blob(checksum));
    if (bytes === undefined || !manifest.images.some((image) => image.digest === checksum)) continue;
    for (const part of namedIn(bytes)) await report.check('image part', `${name} ${part}`, () => blob(part));
  }
}

async function verifyManifestAttestations(
  report: VerificationReport,
  manifest: Manifest,
  keys: TrustedKeys,
  read: Read,
): Promise<void> {
  for (const { attestation, subject, name } of attestationsIn(manifest)) {
    await report.check('signature', `${attestation.kind} of ${name}`, async () => {
      const verified = verifyStatement(await read(layout.blob(attestation.checksum)), keys.ofPurpose('build'));
      if (verified.keyId !== attestation.keyId)
        fail(`it is signed with key ${verified.keyId}, not ${attestation.keyId}`);
      if (verified.statementDigest !== attestation.statement) fail('it is not the statement that the manifest names');
      requireAbout(verified.statement, attestation.predicateType, subject);
      requireSameContent(manifest, attestation, verified);
    });
  }
}

/**
 * A bill of materials must be signed as it is in the bundle; a test result must name the report in the bundle; a list of
 * commits must be that of its revision.
 */
function requireSameContent(
  manifest: Manifest,
  attestation: ManifestAttestation,
  { statement }: VerifiedStatement,
): void {
  if (attestation === manifest.source.commits && parseCommitsStatement(statement).revision !== manifest.source.revision)
    fail('it lists the commits of another release');
  const signed = sbomsIn(manifest).find(({ sbom }) => sbom.attestation === attestation);
  if (signed !== undefined && digestOfJson(statement.predicate) !== signed.sbom.checksum)
    fail('the signed bill of materials is not the one in the bundle');
  for (const image of manifest.images) {
    const isTests = image.tests.attestation === attestation;
    if (isTests && !JSON.stringify(statement.predicate).includes(image.tests.report.checksum.slice('sha256:'.length)))
      fail('the signed result names another report');
  }
}

async function verifyAttached(
  report: VerificationReport,
  manifest: Manifest,
  bundle: Digest,
  keys: TrustedKeys,
  folder: string,
  read: Read,
): Promise<void> {
  const subjects: readonly string[] = [
    bundle,
    ...(manifest.source.commit === undefined ? [] : [manifest.source.commit]),
    ...manifest.images.map((image) => image.digest),
    ...manifest.sdks.map((sdk) => sdk.checksum),
  ];
  const index = await report.check('evidence index', layout.evidenceIndex, () => readEvidenceIndex(folder));
  for (const entry of index ?? []) {
    await report.check('evidence', `${entry.kind} ${entry.id.slice(0, 12)} by ${entry.signer}`, async () => {
      const bytes = await read(layout.evidence(entry.id));
      if (digestOf(bytes) !== entry.checksum)
        fail(`its content has the digest ${digestOf(bytes)}, not ${entry.checksum}`);
      const verified = verifyStatement(bytes, keys.ofSigner(entry.signer));
      if (verified.keyId !== entry.keyId || verified.statementDigest !== entry.statementDigest)
        fail('it is not the statement that its record names');
      if (!keys.wasValid(entry.keyId, entry.registeredAt))
        fail(`the key of ${entry.signer} was not valid when it was registered, at ${entry.registeredAt}`);
      if (verified.statement.predicateType !== entry.predicateType)
        fail(`it is of type ${verified.statement.predicateType}, not ${entry.predicateType}`);
      const foreign = subjectDigestsOf(verified.statement).find((digest) => !subjects.includes(digest));
      if (foreign !== undefined) fail(`it is about ${foreign}, which is not in this bundle`);
    });
  }
  const known = new Set((index ?? []).map((entry) => layout.evidence(entry.id)));
  const files = await readdir(join(folder, 'evidence')).catch(() => []);
  for (const file of files.map((name) => join('evidence', name))) {
    if (file !== layout.evidenceIndex && !known.has(file))
      await report.check('evidence', file, () => fail('it is not listed in the index'));
  }
}

function fail(why: string): never {
  throw new LanekeeperError('EVIDENCE_INVALID', { message: why, why });
}
