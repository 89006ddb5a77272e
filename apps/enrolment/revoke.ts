import { keyIdOf } from '../../adapters/sigstore/keys.js';
import type { Digest } from '../../core/digest.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { asLanekeeperError } from '../../core/errors.js';
import { parseCommitKey } from '../../core/identity/commit-key.js';
import type { Transaction } from '../../store/database.js';
import { changesSignedSince } from '../../store/enrolment/read.js';
import { revokeCommitKey } from '../../store/identity/commit-keys.js';
import { revokeKey } from '../../store/identity/keys.js';
import { revokeToken } from '../../store/identity/tokens.js';
import { changeRoles } from '../../store/identity/write.js';

/** A key whose validity ends. */
interface Revocation {
  readonly keyId: Digest;
  /** From when it does not count; from now on if absent. */
  readonly since: Date | undefined;
  /** Who has asked for it. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Revokes a key, and what it gave away from the instant on at which it ends: keys, tokens and roles that it asked for or
 * approved, and what the keys among them gave away in turn. Otherwise a thief would stay with a key of their own.
 *
 * @throws NOT_FOUND, CONFLICT when it is revoked already
 */
export async function revokeKeyAndItsChanges(tx: Transaction, revocation: Revocation): Promise<void> {
  const since = await revokeKey(tx, revocation);
  for (const change of await changesSignedSince(tx, { keyId: revocation.keyId, since }))
    await takeBack(tx, change, revocation).catch((error: unknown) => {
      // It is gone already, for whatever reason.
      if (asLanekeeperError(error)?.code !== 'CONFLICT') throw error;
    });
}

async function takeBack(tx: Transaction, change: EnrolmentChange, { by, reason }: Revocation): Promise<void> {
  switch (change.type) {
    case 'enrol-key':
      // It never counted: nothing that it has signed was meant by the person whose key was stolen.
      return revokeKeyAndItsChanges(tx, { keyId: keyIdOf(change.publicKeyPem), since: new Date(0), by, reason });
    case 'create-token':
      return revokeToken(tx, { tokenHash: change.tokenHash, by, reason });
    case 'enrol-commit-key':
      return revokeCommitKey(tx, { ...parseCommitKey(change.publicKey), by, reason });
    case 'grant-roles':
      return changeRoles(tx, { ...change, verb: 'withdraw', by, reason });
    default:
      return;
  }
}
