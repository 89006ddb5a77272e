import { unverifiedStatement, verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { EnrolmentSaid } from '../../core/evidence/enrolment.js';
import { parseEnrolmentStatement } from '../../core/evidence/read-enrolment.js';
import { refuseByTime } from '../../core/evidence/validity.js';
import type { Database } from '../../store/database.js';
import { enrolledKeys, validKeysOf } from '../../store/identity/read.js';

/** A statement about an enrolment whose signature was verified, with the key that made it. */
export interface ExaminedStatement {
  readonly said: EnrolmentSaid;
  readonly statementDigest: Digest;
  readonly keyId: Digest;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/**
 * Verifies a statement with the keys of the person whom it names, in the tenant that it names. Nothing that it says is
 * believed before.
 *
 * @throws EVIDENCE_INVALID, SIGNATURE_INVALID, DECISION_EXPIRED, DECISION_MISMATCH
 */
export async function examineStatement(
  { database, now }: { readonly database: Database; readonly now: () => Date },
  signed: Uint8Array,
): Promise<ExaminedStatement> {
  const { tenant, principal } = parseEnrolmentStatement(unverifiedStatement(signed).statement);
  const keys = await database.transaction(tenant, async (tx) =>
    validKeysOf(await enrolledKeys(tx), principal, now()).filter((key) => key.purpose === 'person'),
  );
  const { statement, statementDigest, keyId } = verifyStatement(
    signed,
    keys.map((key) => key.publicKeyPem),
  );
  const said = parseEnrolmentStatement(statement);
  const refusal = refuseByTime(said, now());
  if (refusal !== undefined)
    throw new LanekeeperError(refusal.code, {
      message: 'the statement does not count',
      why: refusal.reason,
      next: 'sign it again, and check the clock of your machine',
    });
  return { said, statementDigest, keyId, signed: new TextDecoder().decode(signed) };
}
