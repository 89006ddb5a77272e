import { type ContentStore, uriOf } from '../../adapters/content-store/content-store.js';
import type { StatementSigner } from '../../adapters/sigstore/keys.js';
import { signPayload } from '../../adapters/sigstore/sign-statement.js';
import { maxBundleBytes } from '../../adapters/sigstore/verify-bundle.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { type AttestationKind, describeStatement } from '../../core/evidence/describe.js';
import { parseStatement, type Statement, subjectDigestsOf } from '../../core/evidence/statement.js';
import { findAttestation, registerAttestation, type StoredAttestation } from '../../store/attestations.js';
import type { Database } from '../../store/database.js';
import { withFailures } from '../failures.js';
import type { SignActivities, SignedStatement, SignInput } from './types.js';

/** What signing releases works with: the build key is here and nowhere else. */
export interface SignDeps {
  readonly blobs: ContentStore;
  readonly database: Database;
  readonly signer: StatementSigner;
  /** Called at `sign.stored` and `sign.registered`; where tests end the process. */
  readonly faultPoint?: (name: string) => void | Promise<void>;
}

/** A manifest of an image or a bundle is small; a subject larger than this is none. */
const maxSubjectBytes = 8 * 1024 * 1024;

/** The activities of the sign queue that releases use. */
export function createSignActivities(deps: SignDeps): SignActivities {
  return withFailures<SignActivities>({
    async signStatement(input) {
      const { signer } = deps;
      const payload = await deps.blobs.get(input.statement, maxBundleBytes);
      const statement = readStatement(payload, input.statement);
      await checkSubjects(deps.blobs, statement);
      const known = await deps.database.transaction(input.tenant, (tx) => findAttestation(tx, input.statement, signer.keyId));
      return toSigned(known ?? (await signAndRegister(deps, input, payload, statement)));
    },
  });
}

/**
 * Signs and registers. ECDSA signs the same bytes differently each time, so a step that was tried again may leave a second bundle in the
 * content store; the first registration stays the only attestation.
 */
async function signAndRegister(deps: SignDeps, input: SignInput, payload: Buffer, statement: Statement): Promise<StoredAttestation> {
  const checksum = await deps.blobs.put(await signPayload(payload, deps.signer));
  await deps.faultPoint?.('sign.stored');
  const { kind, attributes } = describeStatement(statement);
  const { attestation } = await deps.database.transaction(input.tenant, (tx) =>
    registerAttestation(tx, {
      kind,
      predicateType: statement.predicateType,
      checksum,
      statementDigest: input.statement,
      keyId: deps.signer.keyId,
      producedByRun: input.producedByRun,
      subjects: subjectDigestsOf(statement).map((digest) => ({ digest, type: input.subjectType })),
      attributes,
    }),
  );
  await deps.faultPoint?.('sign.registered');
  return attestation;
}

function readStatement(payload: Buffer, digest: Digest): Statement {
  try {
    return parseStatement(JSON.parse(payload.toString('utf8')));
  } catch (error) {
    throw new LanekeeperError('EVIDENCE_INVALID', { message: `blob ${digest} is no statement that could be signed`, object: `blob ${digest}` }, { cause: error });
  }
}

/** What is signed must be there, and be what its digest says: a signature over a name alone would prove nothing. */
async function checkSubjects(blobs: ContentStore, statement: Statement): Promise<void> {
  for (const digest of subjectDigestsOf(statement)) await blobs.get(digest, maxSubjectBytes);
}

function toSigned(attestation: StoredAttestation): SignedStatement {
  return {
    attestationId: attestation.id,
    // The store holds the words of `describeStatement`, and only those.
    kind: attestation.kind as AttestationKind,
    predicateType: attestation.predicateType,
    uri: uriOf(attestation.checksum),
    checksum: attestation.checksum,
    statement: attestation.statementDigest,
    keyId: attestation.keyId,
  };
}
