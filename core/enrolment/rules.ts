import type { Refusal } from '../decision/check.js';
import type { PrincipalKind } from '../identity/principal-kind.js';
import type { EnrolmentChange } from './change.js';

/** Who signs a statement about an enrolment, as the database knows them. */
export interface Signer {
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly roles: readonly string[];
  /** Where the key is held with which they have signed. */
  readonly keyHeldIn: 'file' | 'browser';
}

/** How many people a change needs, and whether somebody may ask for it alone because it is their own. */
export interface ChangeRule {
  /** An operator may ask for it; a person may, if it is about themselves. */
  readonly who: 'operator' | 'operator-or-own';
  /** Whether another operator has to approve it, also when it is one's own. */
  readonly second: 'always' | 'unless-own' | 'never';
}

/**
 * What grants a right needs two people: a key, a token, a role, a key for commits, and taking an address away, because
 * whoever it belonged to was kept from approving by it. What takes a right away needs one, so that nothing stands in
 * its way. A person may have another key or token of their own, which lets them do no more than before.
 */
const rules: Readonly<Record<EnrolmentChange['type'], ChangeRule>> = {
  'add-principal': { who: 'operator', second: 'never' },
  'link-address': { who: 'operator-or-own', second: 'never' },
  'unlink-address': { who: 'operator', second: 'always' },
  'grant-roles': { who: 'operator', second: 'always' },
  'withdraw-roles': { who: 'operator-or-own', second: 'never' },
  'enrol-key': { who: 'operator-or-own', second: 'unless-own' },
  'revoke-key': { who: 'operator-or-own', second: 'never' },
  'enrol-commit-key': { who: 'operator', second: 'always' },
  'revoke-commit-key': { who: 'operator-or-own', second: 'never' },
  'create-token': { who: 'operator-or-own', second: 'unless-own' },
  'revoke-token': { who: 'operator-or-own', second: 'never' },
};

/** Why somebody may not ask for a change; undefined when they may. @param subject whose right it is about */
export function refuseRequest(change: EnrolmentChange, signer: Signer, subject: string): Refusal | undefined {
  const refusal = refuseUnlessHuman(signer) ?? (takesAway(change) ? undefined : refuseInBrowser(signer));
  if (refusal !== undefined) return refusal;
  if (isOperator(signer)) return undefined;
  if (rules[change.type].who === 'operator-or-own' && subject === signer.name) return undefined;
  const who =
    rules[change.type].who === 'operator' ? 'only an operator' : 'only an operator, or the person themselves,';
  return { code: 'PERMISSION_DENIED', reason: `${who} may ask to ${change.type.replace('-', ' ')}` };
}

/** Whether another operator has to approve a change before it counts. */
export function needsSecondPerson(change: EnrolmentChange, signer: Signer, subject: string): boolean {
  const { second } = rules[change.type];
  return second === 'always' || (second === 'unless-own' && subject !== signer.name);
}

/**
 * Whether a change only takes something away. No limit of requests stands in its way either: it needs something that is
 * still there, which bounds how many there can be.
 */
export function takesAway({ type }: EnrolmentChange): boolean {
  return type.startsWith('revoke-') || type === 'withdraw-roles';
}

/** Why somebody may not approve what another has asked for; undefined when they may. */
export function refuseApproval(requestedBy: string, signer: Signer): Refusal | undefined {
  if (requestedBy === signer.name)
    return { code: 'SELF_APPROVAL', reason: `${signer.name} has asked for it; somebody else approves it` };
  return refuseUnlessHuman(signer) ?? refuseInBrowser(signer) ?? (isOperator(signer) ? undefined : missingRole(signer));
}

/** Why somebody may not reject it; undefined when they may. Whoever asked for it can take it back. */
export function refuseRejection(requestedBy: string, signer: Signer): Refusal | undefined {
  return requestedBy === signer.name || isOperator(signer) ? undefined : missingRole(signer);
}

function refuseUnlessHuman({ name, kind }: Signer): Refusal | undefined {
  return kind === 'human' ? undefined : { code: 'PERMISSION_DENIED', reason: `${name} is no human` };
}

/** A key in a browser ends soon and with the browser: it makes nothing that would outlast it. */
function refuseInBrowser({ keyHeldIn }: Signer): Refusal | undefined {
  return keyHeldIn === 'file'
    ? undefined
    : {
        code: 'PERMISSION_DENIED',
        reason: 'a key in a browser can take rights away and give none: sign with a key in a file',
      };
}

function missingRole({ name }: Signer): Refusal {
  return { code: 'ROLE_MISSING', reason: `${name} does not have the role operator` };
}

function isOperator({ roles }: Signer): boolean {
  return roles.includes('operator');
}
