import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import canonicalize from 'canonicalize';
import { toHex, utf8Of } from './bytes.js';
import type { Digest } from './digest.js';
import { LanekeeperError } from './errors.js';

/** A hash that grows as bytes are added. */
export interface GrowingHash {
  update(data: Uint8Array): GrowingHash;
  /** The hash of everything so far, in hex; nothing can be added afterwards. */
  digest(): string;
}

/**
 * The hashes of a platform. The one here runs everywhere. What hashes megabytes is given that of its platform, which is
 * about ten times as fast (`adapters/hash`).
 */
export interface Hashing {
  sha256(): GrowingHash;
  /** For the names of git's objects and of OpenPGP keys. Nothing else relies on sha1. */
  sha1(): GrowingHash;
}

/** Hashes in JavaScript alone. */
export const portableHashing: Hashing = {
  sha256: () => growing(nobleSha256.create()),
  sha1: () => growing(nobleSha1.create()),
};

/** The sha256 digest of bytes or of text in UTF-8. */
export function digestOf(data: Uint8Array | string, hashing: Hashing = portableHashing): Digest {
  return `sha256:${hashing
    .sha256()
    .update(typeof data === 'string' ? utf8Of(data) : data)
    .digest()}`;
}

/** Canonical JSON (RFC 8785). @throws INVALID_INPUT when the value has no JSON form */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined)
    throw new LanekeeperError('INVALID_INPUT', { message: 'the value has no canonical JSON form' });
  return text;
}

/** The digest that names a JSON value: sha256 of its canonical form. */
export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalJson(value));
}

function growing(hash: { update(data: Uint8Array): unknown; digest(): Uint8Array }): GrowingHash {
  const self: GrowingHash = {
    update(data) {
      hash.update(data);
      return self;
    },
    digest: () => toHex(hash.digest()),
  };
  return self;
}
