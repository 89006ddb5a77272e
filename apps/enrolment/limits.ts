import { keyIdOf } from '../../adapters/sigstore/keys.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../../store/database.js';
import { waitingChanges } from '../../store/enrolment/read.js';
import { enrolledKeys, validKeysOf } from '../../store/identity/read.js';
import { listTokens } from '../../store/identity/tokens.js';

/**
 * How many keys and tokens of one principal may count at a time. A signature that names no key is tried with all of its
 * principal's, so many keys would make every look at one slow.
 */
export const mostOfPrincipal = { keys: 10, tokens: 50 } as const;

/** @throws LIMIT_EXCEEDED when a principal has as many keys as one may have */
export async function requireRoomForKey(tx: Transaction, principal: string): Promise<void> {
  const own = validKeysOf(await enrolledKeys(tx), principal, new Date());
  if (own.length >= mostOfPrincipal.keys) throw full(principal, `${String(own.length)} keys`, 'lane keys revoke');
}

/** @throws LIMIT_EXCEEDED when a principal has as many tokens as one may have */
export async function requireRoomForToken(tx: Transaction, principal: string): Promise<void> {
  const own = await listTokens(tx, principal);
  if (own.length >= mostOfPrincipal.tokens) throw full(principal, `${String(own.length)} tokens`, 'lane token revoke');
}

/**
 * A key for which a request waits can be read by everybody in the tenant: nobody else enrols it meanwhile.
 * @throws INVALID_INPUT, CONFLICT
 */
export async function requireFree(
  tx: Transaction,
  change: Extract<EnrolmentChange, { type: 'enrol-key' }>,
): Promise<void> {
  const keyId = keyIdOf(change.publicKeyPem);
  for (const other of await waitingChanges(tx))
    if (other.type === 'enrol-key' && other.principal !== change.principal && keyIdOf(other.publicKeyPem) === keyId)
      throw new LanekeeperError('CONFLICT', {
        message: `key ${shortId(keyId)} cannot be enrolled`,
        object: `key ${shortId(keyId)}`,
        why: `somebody has asked for it to sign for ${other.principal}`,
        next: 'create another key: lane keys create',
      });
}

function full(principal: string, has: string, next: string): LanekeeperError {
  return new LanekeeperError('LIMIT_EXCEEDED', {
    message: `${principal} has ${has}`,
    object: `principal ${principal}`,
    why: 'no principal has more at a time',
    next: `end one that is not needed any more: ${next}`,
  });
}
