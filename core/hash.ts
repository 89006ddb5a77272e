import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Digest } from './digest.js';
import { LanekeeperError } from './errors.js';

/** The sha256 digest of bytes or of text in UTF-8. */
export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
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

/** A sha1 that grows as bytes are added, in hex: the names of git's objects. Nothing else relies on sha1. */
export interface Sha1 {
  update(data: Uint8Array): Sha1;
  digest(): string;
}

/** The sha1 of bytes that are still to come. */
export function sha1(): Sha1 {
  const hash = createHash('sha1');
  const growing: Sha1 = {
    update(data) {
      hash.update(data);
      return growing;
    },
    digest: () => hash.digest('hex'),
  };
  return growing;
}
