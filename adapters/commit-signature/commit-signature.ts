import { LanekeeperError } from '../../core/errors.js';
import type { CommitObject } from '../../core/release/commit.js';
import type { CommitSignature } from '../../core/release/history.js';
import { verifyOpenPgp } from './openpgp.js';
import { verifySsh } from './ssh.js';
import type { CommitKey, SignatureDeps } from './verification.js';

/**
 * Verifies the signature of a commit with the program that git uses for its format: `ssh-keygen` or `gpgv`. An SSH
 * signature carries its key, so that it can be verified before that key is enrolled; for OpenPGP the key must be known.
 *
 * @returns undefined for a commit that is not signed
 */
export async function verifyCommitSignature(
  deps: SignatureDeps,
  commit: Pick<CommitObject, 'signature' | 'signedPayload'>,
  keys: readonly CommitKey[],
): Promise<CommitSignature | undefined> {
  const { signature } = commit;
  if (signature === undefined) return undefined;
  const format = formatOf(signature);
  const unverified = (why: string): CommitSignature => ({ format, verified: false, why: why.slice(0, 300) });
  if (format === 'other') return unverified('signatures of this format are not supported');
  try {
    const payload = commit.signedPayload();
    const verified =
      format === 'ssh'
        ? await verifySsh(deps, payload, signature)
        : await verifyOpenPgp(deps, payload, signature, keys);
    return 'fingerprint' in verified
      ? { format, verified: true, fingerprint: verified.fingerprint }
      : unverified(verified.problem);
  } catch (error) {
    // A machine without the program says so in the list; the gates that need signatures do not pass.
    if (error instanceof LanekeeperError && error.code === 'UNAVAILABLE') return unverified(error.message);
    throw error;
  }
}

function formatOf(signature: string): CommitSignature['format'] {
  if (signature.startsWith('-----BEGIN SSH SIGNATURE-----')) return 'ssh';
  return signature.startsWith('-----BEGIN PGP SIGNATURE-----') ? 'openpgp' : 'other';
}
