import type { SignedAct } from '../../core/governance/publication.js';
import { type StoredKey, wasValid } from '../identity/read.js';
import type { StoredAct } from './read.js';

/** Statements about a version with those who have signed them, as they are enrolled now. */
export function signedActs(
  acts: readonly Omit<StoredAct, 'signed'>[],
  keys: readonly StoredKey[],
): readonly SignedAct[] {
  return acts.map(({ verb, principal, keyId, registeredAt }) => {
    const key = keys.find((one) => one.keyId === keyId);
    // One that was revoked from before the statement on says nothing: it may have been stolen.
    if (key?.principal !== principal || !wasValid(key, registeredAt)) return { verb, principal };
    const { principalKind: kind, roles, heldIn: keyHeldIn } = key;
    return { verb, principal, signer: { name: principal, kind, roles, keyHeldIn } };
  });
}
