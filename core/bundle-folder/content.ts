import { hexOf } from '../digest.js';
import { parseCommitsStatement } from '../evidence/commits.js';
import { describeStatement } from '../evidence/describe.js';
import { requireAbout, type Statement } from '../evidence/statement.js';
import { canonicalJson, digestOf } from '../hash.js';
import { maxCommitBytes, parseCommit } from '../release/commit.js';
import { gitObjectId } from '../release/git-object.js';
import { attestationsIn, type Manifest, type ManifestAttestation, sbomsIn } from '../release/manifest.js';
import { maxBundleBytes } from '../signature/envelope.js';
import { verifyStatement } from '../signature/statement.js';
import type { Checking } from './checking.js';
import { BundleProblem } from './folder.js';

/** The revision is the name of the commit object, which names the tree and the author. Older bundles hold none. */
export async function verifyCommit({ report, manifest, blob }: Checking): Promise<void> {
  const { revision, tree, author, commit } = manifest.source;
  if (commit === undefined) return;
  await report.check('commit', revision, async () => {
    const object = await blob(commit, maxCommitBytes);
    if (gitObjectId('commit', object) !== revision) contradict('the commit object is that of another commit');
    const found = parseCommit(object);
    if (found.tree !== tree) contradict(`its tree is ${found.tree}`);
    if (found.author.email !== author.email || found.author.name !== author.name) contradict('it has another author');
  });
}

/** Every statement that the manifest names was signed by a key for builds, and says about the bundle what it should. */
export async function verifySigned(checking: Checking): Promise<void> {
  const { report, manifest, keys, verifier, hashing, blob } = checking;
  for (const { attestation, subject, name } of attestationsIn(manifest)) {
    await report.check('signature', `${attestation.kind} of ${name}`, async () => {
      const bytes = await blob(attestation.checksum, maxBundleBytes);
      const verified = await verifyStatement(bytes, keys.ofPurpose('build'), verifier, hashing);
      const { statement, keyId, statementDigest } = verified;
      if (keyId !== attestation.keyId) contradict(`it is signed with key ${keyId}, not ${attestation.keyId}`);
      if (statementDigest !== attestation.statement) contradict('it is not the statement that the manifest names');
      requireAbout(statement, attestation.predicateType, subject);
      const { kind } = describeStatement(statement);
      if (kind !== attestation.kind) contradict(`it is a statement of the kind ${kind}`);
      requireSameContent(checking, attestation, statement);
    });
  }
}

/**
 * A bill of materials must be signed as it is in the bundle; a test result must name the report in the bundle; a list of
 * commits must be that of its revision.
 */
function requireSameContent(
  { manifest, hashing }: Pick<Checking, 'manifest' | 'hashing'>,
  attestation: ManifestAttestation,
  statement: Statement,
): void {
  if (attestation === manifest.source.commits && parseCommitsStatement(statement).revision !== manifest.source.revision)
    contradict('it lists the commits of another release');
  const signed = sbomsIn(manifest).find(({ sbom }) => sbom.attestation === attestation);
  if (signed !== undefined && digestOf(canonicalJson(statement.predicate), hashing) !== signed.sbom.checksum)
    contradict('the signed bill of materials is not the one in the bundle');
  const { report } = testsOf(manifest, attestation) ?? {};
  if (report !== undefined && !JSON.stringify(statement.predicate).includes(hexOf(report.checksum)))
    contradict('the signed result names another report');
}

function testsOf(
  manifest: Manifest,
  attestation: ManifestAttestation,
): Manifest['images'][number]['tests'] | undefined {
  return manifest.images.find((image) => image.tests.attestation === attestation)?.tests;
}

function contradict(why: string): never {
  throw new BundleProblem('contradiction', why);
}
