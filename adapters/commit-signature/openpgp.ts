import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dearmor } from '../../core/identity/commit-key.js';
import { runProcess } from '../process/run-process.js';
import type { CommitKey, SignatureDeps, Verification } from './verification.js';

const timeoutMs = 10_000;

/** Verifies an OpenPGP signature with these keys alone. Expired and revoked keys do not count. */
export async function verifyOpenPgp(
  deps: SignatureDeps,
  payload: Uint8Array,
  signature: string,
  keys: readonly CommitKey[],
): Promise<Verification> {
  const known = keys.filter((key) => key.format === 'openpgp');
  if (known.length === 0) return { problem: 'no OpenPGP key is enrolled' };
  const [keyring, file] = [join(deps.scratch, 'keyring.gpg'), join(deps.scratch, 'commit.asc')];
  await writeFile(keyring, Buffer.concat(known.map((key) => dearmor(key.publicKey))), { mode: 0o600 });
  await writeFile(file, signature, { mode: 0o600 });
  const { stdout } = await runProcess({
    command: 'gpgv',
    args: ['--status-fd', '1', '--keyring', keyring, file, '-'],
    cwd: deps.scratch,
    env: { ...deps.env, GNUPGHOME: deps.scratch },
    timeoutMs,
    input: payload,
    ...(deps.signal !== undefined && { signal: deps.signal }),
  });
  return readStatus(stdout.toString('utf8'));
}

/** The status lines of GnuPG, `doc/DETAILS` in its source: GOODSIG says the key is usable, VALIDSIG names it. */
function readStatus(status: string): Verification {
  const lines = status.split('\n').filter((line) => line.startsWith('[GNUPG:] '));
  const word = (name: string) => lines.find((line) => line.startsWith(`[GNUPG:] ${name} `))?.split(' ');
  if (word('NO_PUBKEY') !== undefined) return { problem: `its key ${word('NO_PUBKEY')?.[2] ?? ''} is not enrolled` };
  if (word('EXPKEYSIG') !== undefined || word('EXPSIG') !== undefined) return { problem: 'it or its key has expired' };
  if (word('REVKEYSIG') !== undefined) return { problem: 'its key says that it was revoked' };
  // The last field is the fingerprint of the primary key, which is the one that is enrolled.
  const primary = word('VALIDSIG')?.[11];
  if (word('GOODSIG') === undefined || primary === undefined) return { problem: 'it does not fit the commit' };
  return { fingerprint: primary };
}
