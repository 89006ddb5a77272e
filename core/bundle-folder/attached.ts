import type { Digest } from '../digest.js';
import { subjectDigestsOf } from '../evidence/statement.js';
import { digestOf } from '../hash.js';
import { maxBundleBytes } from '../signature/envelope.js';
import { verifyStatement } from '../signature/statement.js';
import type { Checking } from './checking.js';
import { type BundleFolder, BundleProblem } from './folder.js';
import { layout } from './layout.js';
import type { VerificationReport } from './report.js';
import { readEvidenceIndex } from './trust.js';

/**
 * Checks evidence that was attached to a bundle: it is what its record says, from an enrolled key, and about something of
 * this bundle.
 *
 * @param subjects the digests of the bundle and of everything in it
 */
export async function verifyAttached(
  { report, keys, verifier, hashing }: Pick<Checking, 'report' | 'keys' | 'verifier' | 'hashing'>,
  subjects: readonly string[],
  folder: BundleFolder,
): Promise<void> {
  const index = await report.check('evidence index', layout.evidenceIndex, () => readEvidenceIndex(folder));
  for (const entry of index ?? []) {
    await report.check('evidence', `${entry.kind} ${entry.id.slice(0, 12)} by ${entry.signer}`, async () => {
      const bytes = await folder.read(layout.evidence(entry.id), maxBundleBytes);
      requireDigest(digestOf(bytes, hashing), entry.checksum, bytes);
      const verified = await verifyStatement(bytes, keys.ofSigner(entry.signer), verifier, hashing);
      if (verified.keyId !== entry.keyId || verified.statementDigest !== entry.statementDigest)
        fail('contradiction', 'it is not the statement that its record names');
      if (!keys.wasValid(entry.keyId, entry.registeredAt))
        fail('untrusted', `the key of ${entry.signer} was not valid when it was registered, at ${entry.registeredAt}`);
      if (verified.statement.predicateType !== entry.predicateType)
        fail('contradiction', `it is of type ${verified.statement.predicateType}, not ${entry.predicateType}`);
      const foreign = subjectDigestsOf(verified.statement).find((digest) => !subjects.includes(digest));
      if (foreign !== undefined) fail('contradiction', `it is about ${foreign}, which is not in this bundle`);
    });
  }
  const known = (index ?? []).map((entry) => layout.evidence(entry.id));
  await refuseOthers(report, folder, 'evidence', new Set([layout.evidenceIndex, ...known]));
}

/** Nothing else lies in a folder than what is named. */
export async function refuseOthers(
  report: VerificationReport,
  folder: BundleFolder,
  name: 'blobs' | 'evidence',
  known: ReadonlySet<string>,
): Promise<void> {
  const why = name === 'evidence' ? 'it is not listed in the index' : 'nothing in the bundle names it';
  const files = await folder.list(name).catch(() => []);
  for (const file of files.filter((each) => !known.has(each)))
    await report.check(name === 'evidence' ? name : 'file', file, () => fail('unlisted', why));
}

/** The value, if what was found has the expected digest. @throws BundleProblem */
export function requireDigest<T>(found: Digest, expected: string, value: T): T {
  return found === expected ? value : fail('wrong-digest', `its content has the digest ${found}, not ${expected}`);
}

/** Ends a check. @throws BundleProblem */
export function fail(...problem: ConstructorParameters<typeof BundleProblem>): never {
  throw new BundleProblem(...problem);
}
