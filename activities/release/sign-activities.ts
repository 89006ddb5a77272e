import { type ContentStore, uriOf } from '../../adapters/content-store/content-store.js';
import { maxBundleBytes } from '../../adapters/sigstore/verify-statement.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { AttestationKind } from '../../core/evidence/describe.js';
import { parseStatement, type Statement, subjectDigestsOf } from '../../core/evidence/statement.js';
import type { StoredAttestation } from '../../store/evidence/read.js';
import { withTranslatedErrors } from '../failures.js';
import { type SigningDeps, signOnce } from '../evidence/sign-once.js';
import type { SignActivities, SignedStatement } from './types.js';

/** The dependencies of signing releases: the build key is here and nowhere else. */
export type SignDeps = SigningDeps;

/** The manifest of an image or a bundle is small; anything larger than this cannot be a subject. */
const maxSubjectBytes = 8 * 1024 * 1024;

/** The activities of the sign queue that releases use. */
export function createSignActivities(deps: SignDeps): SignActivities {
  return withTranslatedErrors<SignActivities>({
    async signStatement(input) {
      const payload = await deps.blobs.get(input.statement, maxBundleBytes);
      const statement = readStatement(payload, input.statement);
      await checkSubjects(deps.blobs, statement);
      const { tenant, producedByRun, subjectType } = input;
      const subjects = subjectDigestsOf(statement).map((digest) => ({ digest, type: subjectType }));
      return toSigned(await signOnce(deps, { tenant, statement, payload, producedByRun, subjects }));
    },
  });
}

function readStatement(payload: Buffer, digest: Digest): Statement {
  try {
    return parseStatement(JSON.parse(payload.toString('utf8')));
  } catch (error) {
    throw new LanekeeperError(
      'EVIDENCE_INVALID',
      { message: `blob ${digest} is not a valid statement`, object: `blob ${digest}` },
      { cause: error },
    );
  }
}

/** Every subject must exist and match its digest: a signature over a name alone would prove nothing. */
async function checkSubjects(blobs: ContentStore, statement: Statement): Promise<void> {
  for (const digest of subjectDigestsOf(statement)) await blobs.get(digest, maxSubjectBytes);
}

function toSigned(attestation: StoredAttestation): SignedStatement {
  return {
    attestationId: attestation.id,
    // The store holds only the kinds that `describeStatement` returns.
    kind: attestation.kind as AttestationKind,
    predicateType: attestation.predicateType,
    uri: uriOf(attestation.checksum),
    checksum: attestation.checksum,
    statement: attestation.statementDigest,
    keyId: attestation.keyId,
  };
}
