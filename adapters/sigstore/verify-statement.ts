import { type ClaimedStatement, claimOf, notSigned, type VerifiedStatement } from '../../core/signature/statement.js';
import { openBundle, preAuthEncoding } from '../../core/signature/envelope.js';
import { nodeHashing } from '../hash/node-hashing.js';
import { nodeVerifier } from './keys.js';

/**
 * `verifyStatement` of `core/signature` with Node's cryptography and without a promise: a round of gates verifies by the
 * thousand.
 *
 * @throws SIGNATURE_INVALID, EVIDENCE_INVALID, INVALID_INPUT when one of the keys is none
 */
export function verifyStatement(bundle: Uint8Array, publicKeysPem: readonly string[]): VerifiedStatement {
  const envelope = openBundle(bundle);
  const signed = preAuthEncoding(envelope.payload);
  const pem = publicKeysPem.find((key) => nodeVerifier.verify(key, signed, envelope.signature));
  if (pem === undefined) throw notSigned(publicKeysPem.length);
  return { ...claimOf(envelope, nodeHashing), keyId: nodeVerifier.keyIdOf(pem) };
}

/**
 * What a bundle claims before anybody has verified it: only to find out whose keys to verify it with.
 * @throws EVIDENCE_INVALID
 */
export function unverifiedStatement(bundle: Uint8Array): ClaimedStatement {
  return claimOf(openBundle(bundle), nodeHashing);
}
