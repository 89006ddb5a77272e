import type { Digest } from '../digest.js';
import { LanekeeperError } from '../errors.js';
import { parseStatement, type Statement, statementBytes } from '../evidence/statement.js';
import { digestOf, type Hashing, portableHashing } from '../hash.js';
import { type Envelope, openBundle, parseJson, preAuthEncoding, writeBundle } from './envelope.js';
import type { SignatureVerifier, StatementSigner } from './ports.js';

/** What a bundle claims before anybody has verified it. */
export interface ClaimedStatement {
  readonly statement: Statement;
  /** sha256 of the signed payload. */
  readonly statementDigest: Digest;
}

/** What a bundle proves once its signature is verified. */
export interface VerifiedStatement extends ClaimedStatement {
  /** Which of the given keys made the signature. */
  readonly keyId: Digest;
}

/**
 * Signs an in-toto statement.
 * @returns the JSON of a Sigstore bundle, which is what is stored and what `cosign verify-blob-attestation --bundle` reads
 */
export async function signStatement(statement: Statement, signer: StatementSigner): Promise<string> {
  return signPayload(statementBytes(statement), signer);
}

/** Signs the bytes of a statement that is already stored. */
export async function signPayload(payload: Uint8Array, signer: StatementSigner): Promise<string> {
  return writeBundle({ payload, signature: await signer.sign(preAuthEncoding(payload)) });
}

/**
 * Verifies a Sigstore bundle with a DSSE envelope against public keys; the payload is read only after its signature has
 * been verified. The envelope names no key, so each key is tried. The engine has the same without a promise
 * (`adapters/sigstore/verify-statement.ts`), because it verifies by the thousand.
 *
 * @param publicKeysPem the keys that are trusted, in PEM
 * @throws SIGNATURE_INVALID when no given key made the signature, EVIDENCE_INVALID when this is not such a bundle or
 * its payload is not a statement
 */
export async function verifyStatement(
  bundle: Uint8Array,
  publicKeysPem: readonly string[],
  verifier: SignatureVerifier,
  hashing?: Hashing,
): Promise<VerifiedStatement> {
  const envelope = openBundle(bundle);
  const signed = preAuthEncoding(envelope.payload);
  for (const pem of publicKeysPem)
    if (await verifier.verify(pem, signed, envelope.signature))
      return { ...claimOf(envelope, hashing), keyId: await verifier.keyIdOf(pem) };
  throw notSigned(publicKeysPem.length);
}

/** What an envelope says, whether or not it was verified. @throws EVIDENCE_INVALID */
export function claimOf({ payload }: Envelope, hashing: Hashing = portableHashing): ClaimedStatement {
  return {
    statement: parseStatement(parseJson(payload, 'the signed payload')),
    statementDigest: digestOf(payload, hashing),
  };
}

/** The refusal of a signature that none of the trusted keys has made. */
export function notSigned(keys: number): LanekeeperError {
  return new LanekeeperError('SIGNATURE_INVALID', {
    message: 'the signature does not verify',
    why: `none of the ${String(keys)} trusted keys signed exactly this payload`,
    next: 'check that the bundle is unchanged and that its signer is enrolled',
  });
}
