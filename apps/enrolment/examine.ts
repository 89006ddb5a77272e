import { unverifiedStatement, verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { Refusal } from '../../core/decision/check.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { Statement } from '../../core/evidence/statement.js';
import { refuseByTime, type Validity } from '../../core/evidence/validity.js';
import type { Database, Transaction } from '../../store/database.js';
import { enrolledKeys, requirePrincipal, validKeysOf, wasValid } from '../../store/identity/read.js';

/** What examining needs. */
export interface ExamineDeps {
  readonly database: Database;
  readonly now: () => Date;
}

/** What every statement says that is examined here: who says it, in which tenant, and when. */
export interface Said extends Validity {
  readonly principal: string;
  readonly tenant: string;
  readonly nonce: string;
}

/** A statement whose signature was verified, with the key that made it. */
export interface Examined<T extends Said> {
  readonly said: T;
  readonly statementDigest: Digest;
  readonly keyId: Digest;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/**
 * Verifies a statement with the keys of the person whom it names, in the tenant that it names. Nothing that it says is
 * believed before.
 *
 * @param parse reads what it says, @throws EVIDENCE_INVALID
 * @throws EVIDENCE_INVALID, SIGNATURE_INVALID, DECISION_EXPIRED, DECISION_MISMATCH
 */
export async function examineStatement<T extends Said>(
  { database, now }: ExamineDeps,
  signed: Uint8Array,
  parse: (statement: Statement) => T,
): Promise<Examined<T>> {
  const { tenant, principal } = parse(unverifiedStatement(signed).statement);
  const keys = await database.transaction(tenant, async (tx) =>
    validKeysOf(await enrolledKeys(tx), principal, now()).filter((key) => key.purpose === 'person'),
  );
  const { statement, statementDigest, keyId } = verifyStatement(
    signed,
    keys.map((key) => key.publicKeyPem),
  );
  const said = parse(statement);
  const refusal = refuseByTime(said, now());
  if (refusal !== undefined)
    throw new LanekeeperError(refusal.code, {
      message: 'the statement does not count',
      why: refusal.reason,
      next: 'sign it again, and check the clock of your machine',
    });
  return { said, statementDigest, keyId, signed: new TextDecoder().decode(signed) };
}

/** Who has signed a statement, as enrolled. */
export type StatementSigner = Awaited<ReturnType<typeof requirePrincipal>> & {
  readonly keyHeldIn: 'file' | 'browser';
};

/** Whoever has signed, as they are in the transaction that acts: a key that was revoked meanwhile does not count. */
export async function requireSigner<T extends Said>(
  tx: Transaction,
  { said, keyId }: Examined<T>,
  now: Date,
  refused: (said: T, refusal: Refusal) => LanekeeperError,
): Promise<StatementSigner> {
  const key = (await enrolledKeys(tx)).find((one) => one.keyId === keyId);
  if (key?.principal !== said.principal || key.purpose !== 'person' || !wasValid(key, now))
    throw refused(said, { code: 'UNTRUSTED_SIGNER', reason: 'its key does not sign for this person any more' });
  return { ...(await requirePrincipal(tx, said.principal)), keyHeldIn: key.heldIn };
}

/** A nonce counts once; only the very same statement may repeat it. */
export const nonceUsed: Refusal = {
  code: 'DECISION_REPLAYED',
  reason: 'its nonce was used in another statement of the same person',
};
