import { termsOf } from '../decision/verbs.js';
import { type Approver, refusalOf, tallyApprovals, unknownExclusion } from '../policy/approvals.js';
import type { EvidenceDemand } from '../policy/demands.js';
import { tallyEvidence } from '../policy/evidence.js';
import type { PolicyFacts } from '../policy/facts.js';
import type { Gate } from '../policy/model.js';
import type { TermName } from '../policy/terms/names.js';

/** Somebody with a key that counts now. */
export type Capable = Approver;

/** Who can do what a gate lacks; undefined where nothing is known about who can. */
export interface WhoCan {
  readonly people: readonly { readonly name: string; readonly roles: readonly string[] }[];
  /** How many of them are needed. */
  readonly needed: number;
}

/**
 * Who can provide what a part of a gate lacks. Whoever the gate excludes, and whoever has done their part, is not among them.
 *
 * @param people everybody who has a key that counts
 */
export function whoCan(
  gate: Gate,
  term: TermName,
  facts: PolicyFacts,
  people: readonly Capable[],
  at: Date,
): WhoCan | undefined {
  switch (term) {
    case 'approvals':
      return whoCanApprove(gate, facts, people);
    case 'evidence': {
      const roles = gate.evidence === undefined ? [] : rolesLacking(gate.evidence, facts, at);
      return roles && withRoles(people, roles);
    }
    case 'checklist':
      return gate.checklist && withRoles(people, gate.checklist.roles, gate.checklist.count);
    case 'metric': {
      const roles = gate.metric?.signers.roles;
      return roles && withRoles(people, roles);
    }
    case 'predecessors':
    case 'soak': {
      const { right } = termsOf.request;
      return right.who === 'roles' ? withRoles(people, right.roles) : undefined;
    }
    default:
      return undefined;
  }
}

/** Those who have one of the roles. Only humans: what machines do they do by themselves. */
export function withRoles(people: readonly Capable[], roles: readonly string[], needed = 1): WhoCan {
  return {
    needed,
    people: people.flatMap(({ principal, principalKind, roles: own }) => {
      const because = own.filter((role) => roles.includes(role));
      return principalKind === 'human' && because.length > 0 ? [{ name: principal, roles: because }] : [];
    }),
  };
}

function whoCanApprove({ approvals, ...rest }: Gate, facts: PolicyFacts, people: readonly Capable[]) {
  if (approvals === undefined) return undefined;
  const gate = { ...rest, approvals };
  if (unknownExclusion(gate, facts) !== undefined) return undefined;
  const { counted, missing, helpfulRoles } = tallyApprovals(gate, facts);
  const done = new Set(counted.map(({ principal }) => principal));
  const able = people.filter((one) => !done.has(one.principal) && refusalOf(gate, one, facts) === undefined);
  return withRoles(able, helpfulRoles, missing);
}

/** The roles that may sign what is lacking; undefined where some of it comes from no person. */
function rolesLacking(demand: EvidenceDemand, facts: PolicyFacts, at: Date): readonly string[] | undefined {
  const roles = tallyEvidence(demand, facts, at).lacking.map(({ signers }) => signers.roles);
  return roles.some((one) => one === undefined) || roles.length === 0
    ? undefined
    : [...new Set(roles.flatMap((one) => one ?? []))];
}
