import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from '../process/run-process.js';
import type { SignatureDeps, Verification } from './verification.js';

const timeoutMs = 10_000;

/** Verifies a signature in the format of OpenSSH (PROTOCOL.sshsig) with the key that it carries, in git's namespace. */
export async function verifySsh(deps: SignatureDeps, payload: Uint8Array, signature: string): Promise<Verification> {
  const file = join(deps.scratch, 'commit.sig');
  await writeFile(file, signature, { mode: 0o600 });
  const { exitCode, stdout } = await runProcess({
    command: 'ssh-keygen',
    args: ['-Y', 'check-novalidate', '-n', 'git', '-s', file],
    cwd: deps.scratch,
    env: deps.env,
    timeoutMs,
    input: payload,
    ...(deps.signal !== undefined && { signal: deps.signal }),
  });
  const fingerprint = /^Good "git" signature with \S+ key (SHA256:[A-Za-z0-9+/]{43})$/m.exec(stdout.toString('utf8'));
  if (exitCode !== 0 || fingerprint?.[1] === undefined) return { problem: 'it does not fit the commit' };
  return { fingerprint: fingerprint[1] };
}
