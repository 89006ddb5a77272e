import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** The sha256 of a file, in hex. */
export async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** @throws when the sha256 of the file is not the expected one */
export async function requireSha256(path, what, expected) {
  const actual = await sha256Of(path);
  if (actual !== expected) throw new Error(`the sha256 of ${what} is ${actual}, but ${expected} is expected`);
}
