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
