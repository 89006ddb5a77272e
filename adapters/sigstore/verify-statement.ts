import { type Bundle, bundleFromJSON, isBundleWithDsseEnvelope, isBundleWithPublicKey } from '@sigstore/bundle';
import { toSignedEntity, Verifier } from '@sigstore/verify';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { parseStatement, payloadType, type Statement } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { keyIdOf, publicKeyOf } from './keys.js';

/** The largest bundle that is read, in bytes: an SBOM with a few thousand components. */
export const maxBundleBytes = 16 * 1024 * 1024;

/** What a bundle proves once its signature is verified. */
export interface VerifiedStatement {
  readonly statement: Statement;
  /** sha256 of the signed payload. */
  readonly statementDigest: Digest;
  /** Which of the given keys made the signature. */
  readonly keyId: Digest;
}

/**
 * Verifies a Sigstore bundle with a DSSE envelope against public keys; the payload is read only after its signature has
 * been verified. The envelope names no key (see {@link signStatement}), so each key is tried.
 * @param publicKeysPem - the keys that are trusted, in PEM
 * @throws SIGNATURE_INVALID when no given key made the signature, EVIDENCE_INVALID when this is not such a bundle or
 * its payload is not a statement
 */
export function verifyStatement(bundleBytes: Uint8Array, publicKeysPem: readonly string[]): VerifiedStatement {
  const bundle = parseBundle(bundleBytes);
  for (const pem of publicKeysPem) {
    if (!isSignedBy(bundle, pem)) continue;
    const payload = payloadOf(bundle);
    return {
      statement: parseStatement(parseJson(payload, 'the signed payload')),
      statementDigest: digestOf(payload),
      keyId: keyIdOf(pem),
    };
  }
  throw new LanekeeperError('SIGNATURE_INVALID', {
    message: 'the signature does not verify',
    why: `none of the ${String(publicKeysPem.length)} trusted keys signed exactly this payload`,
    next: 'check that the bundle is unchanged and that its signer is enrolled',
  });
}

/**
 * What a bundle claims before anybody has verified it: only to find out whose keys to verify it with.
 * @throws EVIDENCE_INVALID
 */
export function unverifiedStatement(bundleBytes: Uint8Array): Pick<VerifiedStatement, 'statement' | 'statementDigest'> {
  const payload = payloadOf(parseBundle(bundleBytes));
  return { statement: parseStatement(parseJson(payload, 'the signed payload')), statementDigest: digestOf(payload) };
}

function isSignedBy(bundle: Bundle, publicKeyPem: string): boolean {
  const publicKey = publicKeyOf(publicKeyPem);
  const verifier = new Verifier(
    {
      certificateAuthorities: [],
      timestampAuthorities: [],
      tlogs: [],
      ctlogs: [],
      publicKey: () => ({ publicKey, validFor: () => true }),
    },
    { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0 },
  );
  try {
    verifier.verify(toSignedEntity(bundle));
    return true;
  } catch {
    return false;
  }
}

function parseBundle(bytes: Uint8Array): Bundle {
  if (bytes.length > maxBundleBytes) throw notABundle(`it is larger than ${String(maxBundleBytes)} bytes`);
  const json = parseJson(bytes, 'the bundle');
  let bundle: Bundle;
  try {
    bundle = bundleFromJSON(json);
  } catch (error) {
    throw notABundle(messageOf(error), error);
  }
  if (!isBundleWithDsseEnvelope(bundle)) throw notABundle('it holds no DSSE envelope');
  if (!isBundleWithPublicKey(bundle)) throw notABundle('it was not signed with a local key');
  const { dsseEnvelope } = bundle.content;
  if (dsseEnvelope.payloadType !== payloadType) throw notABundle(`its payload type is not ${payloadType}`);
  if (dsseEnvelope.signatures.length !== 1) throw notABundle('it must hold exactly one signature');
  return bundle;
}

function payloadOf(bundle: Bundle): Buffer {
  if (!isBundleWithDsseEnvelope(bundle)) throw notABundle('it holds no DSSE envelope');
  return bundle.content.dsseEnvelope.payload;
}

function parseJson(bytes: Uint8Array, object: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw notABundle(`${object} is not JSON in UTF-8`, error);
  }
}

function notABundle(why: string, cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'EVIDENCE_INVALID',
    {
      message: 'this is not a Sigstore bundle with a signed in-toto statement',
      why,
      next: 'attach the bundle file that the signing tool wrote',
    },
    { cause },
  );
}
