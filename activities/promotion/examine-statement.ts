import { unverifiedStatement, verifyStatement } from '../../adapters/sigstore/verify-statement.js';
import type { Refusal } from '../../core/decision/check.js';
import type { Digest } from '../../core/digest.js';
import { asLanekeeperError, LanekeeperError, messageOf } from '../../core/errors.js';
import type { Decision } from '../../core/evidence/decision.js';
import { parseDecisionStatement } from '../../core/evidence/read-decision.js';
import { digestOf } from '../../core/hash.js';
import { enrolledKeys, validKeysOf } from '../../store/identity/read.js';
import type { Preparation } from '../policy/preparation.js';
import type { ControlDeps } from './deps.js';

/** A statement from any front door, as it was sent. */
export interface SentStatement {
  readonly statement: unknown;
  readonly frontDoor: 'UPDATE' | 'SIGNAL' | 'START';
}

/** A statement with what its signature proves. Made outside of any transaction. */
export interface ExaminedStatement extends Omit<SentStatement, 'statement'> {
  /** Of the bytes that were sent. */
  readonly digest: Digest;
  /** Absent when it proves nothing. */
  readonly signed?: {
    readonly keyId: Digest;
    /** Of the signed payload. */
    readonly statementDigest: Digest;
    /** Of the whole Sigstore bundle, in the content store. */
    readonly checksum: Digest;
    readonly decision: Decision;
  };
  /** Why it cannot count, whatever the database says. */
  readonly refusal?: Refusal;
}

/**
 * Verifies the signature of a statement and reads it. Whether its key is enrolled is asked again by the transaction that
 * acts on it. Only what is signed by an enrolled person is stored, so that nobody else can fill the disk.
 */
export async function examineStatement(
  deps: Pick<ControlDeps, 'database' | 'blobs' | 'now'>,
  tenant: string,
  { statement, ...sent }: SentStatement,
  known: Preparation,
): Promise<ExaminedStatement> {
  const text = typeof statement === 'string' ? statement : JSON.stringify(statement ?? null);
  const bytes = Buffer.from(text, 'utf8');
  const base = { ...sent, digest: digestOf(bytes) };
  const enrolled = await deps.database.transaction(tenant, enrolledKeys);
  let verified: ReturnType<typeof verifyStatement>;
  let decision: Decision;
  try {
    // Verified with the keys of the person whom it names alone: anybody can send one that is signed by nobody.
    const { principal } = parseDecisionStatement(unverifiedStatement(bytes).statement);
    const keys = validKeysOf(enrolled, principal, deps.now()).filter((key) => key.purpose === 'person');
    verified = verifyStatement(
      bytes,
      keys.map((key) => key.publicKeyPem),
    );
    decision = parseDecisionStatement(verified.statement);
  } catch (error) {
    // Whatever went wrong, it was the statement: this is computation, and would go wrong again.
    const refused = asLanekeeperError(error);
    return {
      ...base,
      refusal: { code: refused?.code ?? 'EVIDENCE_INVALID', reason: refused?.why ?? messageOf(error) },
    };
  }
  const checksum = await deps.blobs.of(tenant).put(bytes);
  known.remember(checksum, verified.keyId, verified.statement);
  const { keyId, statementDigest } = verified;
  return { ...base, signed: { keyId, statementDigest, checksum, decision } };
}

/** The error for a statement whose signer is not, or no longer, enrolled. */
export const notEnrolled: Refusal = { code: 'UNTRUSTED_SIGNER', reason: 'it is not signed by an enrolled person' };

/** A refusal as the error that ends a start. */
export function refusedStart(refusal: Refusal, object: string): LanekeeperError {
  return new LanekeeperError(refusal.code, {
    message: 'the signed request was refused',
    object,
    why: refusal.reason,
    next: 'sign a new one: lane promote, or lane promote --print for the Temporal command line',
  });
}
