import type { Digest } from '../digest.js';

/**
 * A P-256 key that signs statements; its private part stays where it is. In a browser that part cannot be extracted, and
 * signing takes a turn of the event loop.
 */
export interface StatementSigner {
  /** sha256 of the DER form (SPKI, with the uncompressed point) of the public key. */
  readonly keyId: Digest;
  /** SPKI in PEM. */
  readonly publicKeyPem: string;
  /** An ECDSA signature (sha256, ASN.1 DER) of the bytes. */
  sign(data: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** P-256 public keys as a platform reads and uses them. */
export interface SignatureVerifier {
  /** The name of a key in PEM: see {@link StatementSigner.keyId}. @throws INVALID_INPUT for anything else */
  keyIdOf(publicKeyPem: string): Digest | Promise<Digest>;
  /**
   * Whether the key has signed exactly these bytes.
   *
   * @param signature ECDSA over sha256 in ASN.1 DER; false for any other form
   * @throws INVALID_INPUT when the key is not one
   */
  verify(publicKeyPem: string, data: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}
