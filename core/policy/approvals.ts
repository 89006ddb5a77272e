import type { ApprovalFact, PolicyFacts } from './facts.js';
import type { ApprovalRule } from './model.js';

/** Which approvals of a promotion count for a rule, and why the others do not. */
export interface ApprovalTally {
  readonly counted: readonly ApprovalFact[];
  readonly missing: number;
  readonly refused: readonly string[];
}

/** What says who may not approve. */
export interface ApproverFacts extends Pick<PolicyFacts, 'requester'> {
  readonly bundle: Pick<PolicyFacts['bundle'], 'authorPrincipals'>;
}

/**
 * Why this person may not approve under the rule, or undefined. One function for the front door and for every round of
 * gates.
 */
export function refusalOf(
  rule: ApprovalRule,
  person: { principal: string; roles: readonly string[] },
  facts: ApproverFacts,
): string | undefined {
  if (rule.separation.includes('requester') && facts.requester?.principal === person.principal) {
    return `${person.principal} requested this promotion and cannot approve it`;
  }
  if (rule.separation.includes('author') && facts.bundle.authorPrincipals.includes(person.principal)) {
    return `${person.principal} is the author of the commit and cannot approve it`;
  }
  if (!person.roles.some((role) => rule.roles.includes(role))) {
    return `${person.principal} has none of the roles ${rule.roles.join(', ')}`;
  }
  return undefined;
}

/**
 * Counts distinct people, not signatures; with `distinctRoles` each must stand for a different role, found by matching
 * people to roles. A decision about another bundle or another policy snapshot is void and not counted.
 */
export function tallyApprovals(rule: ApprovalRule, facts: PolicyFacts): ApprovalTally {
  const refused: string[] = [];
  const eligible = new Map<string, ApprovalFact>();
  for (const approval of facts.approvals) {
    const why = voidReason(approval, facts) ?? refusalOf(rule, approval, facts);
    if (approval.verb !== 'approve') continue;
    if (why === undefined) eligible.set(approval.principal, approval);
    else refused.push(why);
  }
  const people = [...eligible.values()];
  const counted = rule.distinctRoles ? matchRoles(people, rule.roles) : people;
  return { counted, missing: Math.max(0, rule.count - counted.length), refused };
}

function voidReason(approval: ApprovalFact, facts: PolicyFacts): string | undefined {
  if (approval.bundleDigest !== facts.bundle.digest)
    return `the approval of ${approval.principal} is about another bundle`;
  if (approval.policyDigest !== facts.policyDigest)
    return `the approval of ${approval.principal} was given under another policy snapshot and is void`;
  return undefined;
}

/** The largest set of people in which each stands for a role of their own (augmenting paths). */
function matchRoles(people: readonly ApprovalFact[], roles: readonly string[]): readonly ApprovalFact[] {
  const personOfRole = new Map<string, ApprovalFact>();
  const place = (person: ApprovalFact, tried: Set<string>): boolean => {
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
  return people.filter((person) => place(person, new Set()));
}
