import type { PrincipalKind } from '../identity/principal-kind.js';
import { shortId } from '../ids.js';
import { type Authorship, authorshipOf } from './authorship.js';
import type { ApprovalFact, PolicyFacts } from './facts.js';
import type { ApprovalRule } from './demands.js';
import type { Gate } from './model.js';
import { rolesWords } from './role-words.js';

/** A gate that needs approvals. */
export type ApprovalGate = Pick<Gate, 'commits' | 'titles'> & { readonly approvals: ApprovalRule };

/** Which approvals of a promotion count for a rule, and why the others do not. */
export interface ApprovalTally {
  readonly counted: readonly ApprovalFact[];
  /** How many are needed. */
  readonly count: number;
  readonly missing: number;
  /** Roles each of which has to be among those who approve, and for which nobody is left. */
  readonly missingRoles: readonly string[];
  /** Roles of which one more person would count. */
  readonly helpfulRoles: readonly string[];
  readonly refused: readonly string[];
}

/** What says who may not approve. */
export interface ApproverFacts extends Pick<PolicyFacts, 'requester'> {
  readonly bundle: Pick<PolicyFacts['bundle'], 'commits'>;
}

/** Somebody who wants to approve, as enrolled. */
export interface Approver {
  readonly principal: string;
  readonly principalKind: PrincipalKind;
  readonly roles: readonly string[];
}

/** Why somebody may not approve. `code` is that of the refusal of a decision. */
export interface ApproverRefusal {
  readonly code: 'SELF_APPROVAL' | 'ROLE_MISSING';
  readonly reason: string;
}

/**
 * Why somebody may not approve at a gate, or undefined. One function for the front door and for every round of gates.
 */
export function refusalOf(gate: ApprovalGate, person: Approver, facts: ApproverFacts): ApproverRefusal | undefined {
  const { separation, roles } = gate.approvals;
  const { principal } = person;
  if (person.principalKind !== 'human')
    return { code: 'ROLE_MISSING', reason: `${principal} is not a human: ${person.principalKind}s cannot approve` };
  if (separation.includes('requester') && facts.requester?.principal === principal)
    return { code: 'SELF_APPROVAL', reason: `${principal} requested this promotion and cannot approve it` };
  if (separation.includes('author') && authorshipOf(gate.commits, facts.bundle.commits).authors.includes(principal))
    return {
      code: 'SELF_APPROVAL',
      reason: `${principal} is an author of what this bundle brings and cannot approve it`,
    };
  if (!person.roles.some((role) => roles.includes(role)))
    return { code: 'ROLE_MISSING', reason: `${principal} has none of the roles ${rolesWords(roles, gate.titles)}` };
  return undefined;
}

/** Why nobody can say yet who may not approve, and what to do about it; undefined when that is known. */
export function unknownExclusion(
  gate: ApprovalGate,
  facts: ApproverFacts & Pick<PolicyFacts, 'lane'> & { readonly bundle: Pick<PolicyFacts['bundle'], 'digest'> },
): { readonly explanation: string; readonly next: string } | undefined {
  const { separation } = gate.approvals;
  if (separation.includes('author')) {
    const unknown = unknownAuthors(authorshipOf(gate.commits, facts.bundle.commits));
    if (unknown !== undefined) return unknown;
  }
  if (!separation.includes('requester') || facts.requester !== undefined) return undefined;
  return {
    explanation: 'nobody has signed the request, so that it is unknown who may not approve',
    next: `lane promote ${shortId(facts.bundle.digest)} --to ${facts.lane}`,
  };
}

function unknownAuthors({ unknown, problem }: Authorship) {
  if (problem !== undefined)
    return {
      explanation: `it is not known who wrote what this bundle brings: ${problem}`,
      next: 'release a commit whose history leads to what is live; in a shallow clone, first: git fetch --unshallow',
    };
  const [first] = unknown;
  if (first === undefined) return undefined;
  const others = unknown.length > 1 ? ` and ${String(unknown.length - 1)} more` : '';
  const belong = unknown.length > 1 ? 'belong' : 'belongs';
  return {
    explanation: `${first}${others} in the commits of this bundle ${belong} to nobody, so that it is unknown who may not approve`,
    next: [
      ...unknown.slice(0, 5).map(linkCommand),
      `for somebody new: lane principal add NAME --kind human|agent|service --address=${quoted(first)}`,
    ].join('; '),
  };
}

/** How many humans an approval gate needs for a bundle. */
export function approvalsNeeded(gate: ApprovalGate, facts: ApproverFacts): number {
  const { count, countForAgents = count } = gate.approvals;
  return authorshipOf(gate.commits, facts.bundle.commits).agents.length > 0 ? Math.max(count, countForAgents) : count;
}

/**
 * Counts distinct humans, not signatures; with `distinctRoles` each must stand for a different role, found by matching
 * people to roles. A decision about another bundle or another policy snapshot is void and not counted.
 */
export function tallyApprovals(gate: ApprovalGate, facts: PolicyFacts): ApprovalTally {
  const refused: string[] = [];
  const eligible = new Map<string, ApprovalFact>();
  for (const approval of facts.approvals) {
    const why = voidReason(approval, facts) ?? refusalOf(gate, approval, facts)?.reason;
    if (approval.verb !== 'approve') continue;
    if (why === undefined) eligible.set(approval.principal, approval);
    else refused.push(why);
  }
  const people = [...eligible.values()];
  const count = Math.max(approvalsNeeded(gate, facts), gate.approvals.allOf?.length ?? 0);
  const tally = countPeople(gate.approvals, count, people);
  const helps = (role: string) => {
    const one = { principal: '', roles: [role] };
    return countPeople(gate.approvals, count, [...people, one]).missing < tally.missing;
  };
  const helpfulRoles = tally.missing === 0 ? [] : gate.approvals.roles.filter(helps);
  return { ...tally, count, helpfulRoles, refused };
}

/** What is counted of somebody who approves. */
type Counted = Pick<ApprovalFact, 'principal' | 'roles'>;

function countPeople<Person extends Counted>(
  { distinctRoles, roles, allOf = [] }: ApprovalRule,
  count: number,
  people: readonly Person[],
): { readonly counted: readonly Person[]; readonly missing: number; readonly missingRoles: readonly string[] } {
  const counted = distinctRoles ? [...matchRoles(people, roles).values()] : people;
  const matched = matchRoles(people, allOf);
  const missingRoles = allOf.filter((role) => !matched.has(role));
  return { counted, missing: Math.max(0, count - counted.length, missingRoles.length), missingRoles };
}

function voidReason(approval: ApprovalFact, facts: PolicyFacts): string | undefined {
  if (approval.bundleDigest !== facts.bundle.digest)
    return `the approval of ${approval.principal} is about another bundle`;
  if (approval.policyDigest !== facts.policyDigest)
    return `the approval of ${approval.principal} was given under another policy snapshot and is void`;
  return undefined;
}

/** A person for each of as many roles as possible, nobody for two (augmenting paths). */
function matchRoles<Person extends Counted>(
  people: readonly Person[],
  roles: readonly string[],
): ReadonlyMap<string, Person> {
  const personOfRole = new Map<string, Person>();
  const place = (person: Person, tried: Set<string>): boolean => {
    for (const role of person.roles.filter((candidate) => roles.includes(candidate) && !tried.has(candidate))) {
      tried.add(role);
      const holder = personOfRole.get(role);
      if (holder === undefined || place(holder, tried)) {
        personOfRole.set(role, person);
        return true;
      }
    }
    return false;
  };
  for (const person of people) place(person, new Set());
  return personOfRole;
}

/** An address that begins with a dash comes last, where it is no option. */
function linkCommand(address: string): string {
  const words = address.startsWith('-') ? `--to NAME -- ${quoted(address)}` : `${quoted(address)} --to NAME`;
  return `lane principal link ${words}`;
}

/** An address as a shell takes it; what git names can hold anything. */
function quoted(address: string): string {
  return /^[A-Za-z0-9@._+-]+$/.test(address) ? address : `'${address.replaceAll("'", String.raw`'\''`)}'`;
}
