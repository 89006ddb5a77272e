import { LanekeeperError } from './errors.js';

/** A content digest in the only form used here: `sha256:` and 64 lower-case hex digits. */
export type Digest = `sha256:${string}`;

const pattern = /^sha256:[0-9a-f]{64}$/;

/** Whether `value` has the form of a digest. */
export function isDigest(value: unknown): value is Digest {
  return typeof value === 'string' && pattern.test(value);
}

/** Reads a digest. @throws INVALID_INPUT when it has any other form */
export function parseDigest(value: unknown, object = 'digest'): Digest {
  if (isDigest(value)) return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : `a value of type ${typeof value}`} is not a digest`,
    object,
    why: 'a digest is "sha256:" and 64 lower-case hex digits',
  });
}

/** The hex digits alone, as in-toto subjects hold them. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** A digest from the hex digits of an in-toto subject. @throws INVALID_INPUT */
export function digestOfHex(hex: string): Digest {
  return parseDigest(`sha256:${hex}`);
}
