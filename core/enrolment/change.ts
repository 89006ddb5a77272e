import type { Digest } from '../digest.js';
import type { PrincipalKind } from '../identity/principal-kind.js';

/** What a key may sign for. */
export type KeyPurpose = 'person' | 'build' | 'verification';

/** Where the private half of a key is: in a file of its person, or in a browser, which gives it to no script. */
export const keyHolders = ['file', 'browser'] as const;

/** One of the places. */
export type KeyHolder = (typeof keyHolders)[number];

/** A change of who is who, as `core/schemas/enrolment.schema.json` describes it. */
export type EnrolmentChange =
  | {
      readonly type: 'add-principal';
      readonly name: string;
      readonly kind: PrincipalKind;
      readonly displayName: string;
      /** Email addresses by which commits name it. */
      readonly addresses: readonly string[];
    }
  | { readonly type: 'link-address'; readonly address: string; readonly principal: string }
  | { readonly type: 'unlink-address'; readonly address: string; readonly principal: string; readonly reason: string }
  | {
      readonly type: 'grant-roles' | 'withdraw-roles';
      readonly principal: string;
      readonly roles: readonly string[];
      readonly reason: string;
    }
  | {
      readonly type: 'enrol-key';
      readonly principal: string;
      readonly purpose: KeyPurpose;
      readonly publicKeyPem: string;
      /** Where its private half is; in a file, if absent. */
      readonly heldIn?: KeyHolder;
      /** What its person calls it. */
      readonly label?: string;
      /** Until when it counts, RFC 3339 in UTC; until it is revoked, if absent. */
      readonly validUntil?: string;
    }
  | {
      readonly type: 'revoke-key';
      readonly keyId: Digest;
      /** From when its signatures do not count, RFC 3339 in UTC; from now on, if absent. */
      readonly since?: string;
      readonly reason: string;
    }
  | { readonly type: 'enrol-commit-key'; readonly principal: string; readonly publicKey: string }
  | { readonly type: 'revoke-commit-key'; readonly fingerprint: string; readonly reason: string }
  | {
      readonly type: 'create-token';
      readonly principal: string;
      readonly tokenHash: Digest;
      readonly label: string;
      /** RFC 3339 in UTC. */
      readonly expiresAt: string;
    }
  | { readonly type: 'revoke-token'; readonly tokenHash: Digest; readonly reason: string };

/** A change in one line, as people are shown it before they sign and afterwards. */
export function wordsOfChange(change: EnrolmentChange): string {
  switch (change.type) {
    case 'add-principal':
      return `add the ${change.kind} ${change.name} (${change.displayName})${change.addresses.length > 0 ? ` with ${change.addresses.join(', ')}` : ''}`;
    case 'link-address':
      return `link ${change.address} to ${change.principal}`;
    case 'unlink-address':
      return `take ${change.address} from ${change.principal}: ${change.reason}`;
    case 'grant-roles':
      return `give ${change.principal} ${rolesIn(change.roles)}: ${change.reason}`;
    case 'withdraw-roles':
      return `take ${rolesIn(change.roles)} from ${change.principal}: ${change.reason}`;
    case 'enrol-key':
      return change.purpose === 'person'
        ? `let a key${change.heldIn === 'browser' ? ' in a browser' : ''} sign for ${change.principal}${untilOf(change)}${labelOf(change)}`
        : `let a key of ${change.principal} sign for the purpose ${change.purpose}`;
    case 'revoke-key':
      return `revoke key ${change.keyId.slice(7, 19)}${change.since === undefined ? '' : ` from ${change.since} on`}: ${change.reason}`;
    case 'enrol-commit-key':
      return `let a key sign commits for ${change.principal}`;
    case 'revoke-commit-key':
      return `revoke key ${change.fingerprint} for commits: ${change.reason}`;
    case 'create-token':
      return `give ${change.principal} a token until ${change.expiresAt.slice(0, 10)}${labelOf(change)}`;
    case 'revoke-token':
      return `revoke token ${change.tokenHash.slice(7, 19)}: ${change.reason}`;
  }
}

function untilOf({ validUntil }: { readonly validUntil?: string }): string {
  return validUntil === undefined ? '' : ` until ${validUntil.slice(0, 10)}`;
}

function labelOf({ label = '' }: { readonly label?: string }): string {
  return label === '' ? '' : ` (${label})`;
}

function rolesIn(roles: readonly string[]): string {
  return `the role${roles.length === 1 ? '' : 's'} ${roles.join(', ')}`;
}
