import { canonicalKey } from '../../adapters/sigstore/keys.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { invalidInput } from '../../core/input.js';
import { parseCommitKey } from '../../core/identity/commit-key.js';
import type { Transaction } from '../../store/database.js';
import { linkAddress, unlinkAddress } from '../../store/identity/addresses.js';
import { enrolCommitKey, ownerOfCommitKey, revokeCommitKey } from '../../store/identity/commit-keys.js';
import { enrolKey, ownerOfKey } from '../../store/identity/keys.js';
import { requirePrincipal } from '../../store/identity/read.js';
import { createToken, ownerOfToken, revokeToken } from '../../store/identity/tokens.js';
import { addPrincipal, changeRoles } from '../../store/identity/write.js';
import { requireFree, requireRoomForKey, requireRoomForToken } from './limits.js';
import { revokeKeyAndItsChanges } from './revoke.js';

/** The longest that a token may be valid, in milliseconds: one that nobody misses is found within a year. */
const maxTokenMs = 366 * 24 * 3_600_000;

/** The longest that a key in a browser may count, in milliseconds. */
const maxBrowserKeyMs = 90 * 24 * 3_600_000;

/** The principal whose rights a change is about. @throws UNKNOWN_PRINCIPAL, NOT_FOUND */
export async function subjectOfChange(tx: Transaction, change: EnrolmentChange): Promise<string> {
  switch (change.type) {
    case 'add-principal':
      return change.name;
    case 'revoke-key':
      return (await ownerOfKey(tx, change.keyId)).principal;
    case 'revoke-commit-key':
      return ownerOfCommitKey(tx, change.fingerprint);
    case 'revoke-token':
      return ownerOfToken(tx, change.tokenHash);
    default:
      return (await requirePrincipal(tx, change.principal)).name;
  }
}

/** What can be known to be wrong with a change before anybody agrees to it. @throws INVALID_INPUT, CONFLICT */
export async function requireSensible(tx: Transaction, change: EnrolmentChange, now: Date): Promise<void> {
  switch (change.type) {
    case 'enrol-key': {
      await requireFree(tx, change);
      const { kind } = await requirePrincipal(tx, change.principal);
      if ((kind === 'human') !== (change.purpose === 'person'))
        throw invalidInput(
          `purpose ${change.purpose}`,
          `${change.principal} is a ${kind}: keys for the purpose person are for humans, those for build and verification for services`,
        );
      requireSensibleEnd(change, now);
      return;
    }
    case 'enrol-commit-key':
      parseCommitKey(change.publicKey);
      return;
    case 'create-token': {
      const left = Date.parse(change.expiresAt) - now.getTime();
      if (!(left > 0 && left <= maxTokenMs))
        throw invalidInput('expiresAt', 'a token ends in the future, within a year');
      return;
    }
    default:
      return;
  }
}

/** A browser is lost more easily than a file, and forgets its keys: they end by themselves. */
function requireSensibleEnd(
  { heldIn, purpose, validUntil }: Extract<EnrolmentChange, { type: 'enrol-key' }>,
  now: Date,
): void {
  if (heldIn === 'browser' && purpose !== 'person') throw invalidInput('heldIn', 'browsers hold keys of people alone');
  if (validUntil === undefined) {
    if (heldIn === 'browser') throw invalidInput('validUntil', 'a key in a browser has an end');
    return;
  }
  const left = Date.parse(validUntil) - now.getTime();
  const most = heldIn === 'browser' ? maxBrowserKeyMs : maxTokenMs;
  if (!(left > 0 && left <= most))
    throw invalidInput(
      'validUntil',
      `a key ends in the future, within ${heldIn === 'browser' ? '90 days if a browser holds it' : 'a year'}`,
    );
}

/**
 * Makes a change, in the transaction in which its enrolment counts.
 *
 * @param by who has asked for it
 * @throws CONFLICT, NOT_FOUND and what else the change cannot be made for
 */
export async function applyChange(tx: Transaction, change: EnrolmentChange, by: string): Promise<void> {
  switch (change.type) {
    case 'add-principal':
      await addPrincipal(tx, { ...change, by });
      for (const address of change.addresses) await linkAddress(tx, { address, principal: change.name, by });
      return;
    case 'link-address':
      return linkAddress(tx, { ...change, by });
    case 'unlink-address':
      return unlinkAddress(tx, { ...change, by });
    case 'grant-roles':
      return changeRoles(tx, { ...change, verb: 'grant', by });
    case 'withdraw-roles':
      return changeRoles(tx, { ...change, verb: 'withdraw', by });
    case 'enrol-key':
      await requireRoomForKey(tx, change.principal);
      return enrolKey(tx, {
        ...change,
        ...canonicalKey(change.publicKeyPem),
        validUntil: change.validUntil === undefined ? undefined : new Date(change.validUntil),
        by,
      });
    case 'revoke-key': {
      const since = change.since === undefined ? undefined : new Date(change.since);
      return revokeKeyAndItsChanges(tx, { keyId: change.keyId, since, by, reason: change.reason });
    }
    case 'enrol-commit-key':
      return enrolCommitKey(tx, { ...parseCommitKey(change.publicKey), principal: change.principal, by });
    case 'revoke-commit-key':
      return revokeCommitKey(tx, { ...change, by });
    case 'create-token':
      await requireRoomForToken(tx, change.principal);
      return createToken(tx, { ...change, expiresAt: new Date(change.expiresAt), by });
    case 'revoke-token':
      return revokeToken(tx, { ...change, by });
  }
}
