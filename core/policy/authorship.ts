import type { PrincipalKind } from '../identity/principal-kind.js';
import type { CommitPerson } from '../release/commit.js';
import type { CommitSignature } from '../release/history.js';
import type { CommitRule } from './demands.js';

/** Somebody to whom an address belongs. */
export interface AddressOwnerFact {
  readonly name: string;
  readonly kind: PrincipalKind;
  /** Who said that the address is theirs; themselves if they did. */
  readonly linkedBy: string;
  /** Whether a key is, or was, enrolled with which they sign commits. */
  readonly signs: boolean;
}

/** Whom a commit names, and to whom that address belongs. Several principals can share one. */
export interface CommitPersonFact extends CommitPerson {
  readonly principals: readonly AddressOwnerFact[];
}

/** A commit of a bundle, and whose it is. */
export interface CommitFact {
  readonly hash: string;
  readonly author: CommitPersonFact;
  readonly committer: CommitPersonFact;
  /** Absent where the commit is not signed; `principal` and `enrolledBy` are set where an enrolled key made the signature. */
  readonly signature?: CommitSignature & { readonly principal?: string; readonly enrolledBy?: string };
}

/** The commits that a bundle brings to the lane, read from the signed lists of releases. */
export interface CommitFacts {
  /** The revision that is live in the lane, or null when nothing is. */
  readonly since: string | null;
  /** The released commit first. With nothing live, everything that the release lists. */
  readonly brought: readonly CommitFact[];
  /** The attestations that list them. */
  readonly lists: readonly string[];
  /** Why `brought` may lack some. */
  readonly problem?: string;
}

/** What is known of commits where nobody asks. */
export const noCommits: CommitFacts = { since: null, brought: [], lists: [] };

/** Who wrote what a bundle brings to a lane. */
export interface Authorship {
  /** Principals that count as authors, sorted. */
  readonly authors: readonly string[];
  /** Those of them that are agents. */
  readonly agents: readonly string[];
  /** Addresses that belong to nobody. */
  readonly unknown: readonly string[];
  readonly problem?: string;
}

/** The commits that a rule is about: with nothing live the released commit alone, unless the rule wants all. */
export function commitsFor(rule: CommitRule | undefined, facts: CommitFacts): Pick<CommitFacts, 'brought' | 'problem'> {
  if (facts.since !== null || rule?.firstRelease === 'every-commit') return facts;
  const brought = facts.brought.slice(0, 1);
  return brought.length === 1 ? { brought } : facts;
}

/**
 * Who counts as an author: authors and committers alike, because names in a commit are only claims; whoever has signed a
 * commit; and whoever has said that an address or the key of a signature is somebody else's. Committers that are
 * services, such as a web flow that merges, are left out, with whoever linked their address.
 */
export function authorshipOf(rule: CommitRule | undefined, facts: CommitFacts): Authorship {
  const { brought, problem } = commitsFor(rule, facts);
  const authors = new Set<string>();
  const agents = new Set<string>();
  const unknown = new Set<string>();
  const forged: string[] = [];
  for (const { hash, author, committer, signature } of brought) {
    for (const person of [author, committer]) {
      if (person.principals.length === 0) unknown.add(person.email);
      for (const owner of person.principals) {
        if (owner.kind === 'service' && person === committer && isMergedBy(owner, author)) {
          // Anybody can name a service; one that signs is believed only where it has signed.
          if (owner.signs && signature?.principal !== owner.name) forged.push(notSigned(hash, owner));
          continue;
        }
        authors.add(owner.name).add(owner.linkedBy);
        if (owner.kind === 'agent') agents.add(owner.name);
      }
    }
    if (signature?.principal !== undefined) authors.add(signature.principal);
    // Whoever enrols a key for somebody else may hold it.
    if (signature?.enrolledBy !== undefined) authors.add(signature.enrolledBy);
  }
  const why = problem ?? forged[0];
  return {
    authors: [...authors].sort(),
    agents: [...agents].sort(),
    unknown: [...unknown].sort(),
    ...(why !== undefined && { problem: why }),
  };
}

function notSigned(hash: string, { name }: AddressOwnerFact): string {
  return `commit ${hash.slice(0, 12)} names ${name} as its committer, which has not signed it`;
}

/** Whether a service has committed what somebody else wrote. */
function isMergedBy(service: AddressOwnerFact, author: CommitPersonFact): boolean {
  return !author.principals.some(({ name }) => name === service.name);
}

/** The commits that are not signed with an enrolled key of their author or committer, each with why. */
export function unsignedCommits(rule: CommitRule | undefined, facts: CommitFacts): readonly string[] {
  return commitsFor(rule, facts).brought.flatMap(({ hash, author, committer, signature }) => {
    const why = whyUnsigned(signature, [author, committer]);
    return why === undefined ? [] : [`${hash.slice(0, 12)} ${why}`];
  });
}

function whyUnsigned(signature: CommitFact['signature'], people: readonly CommitPersonFact[]): string | undefined {
  if (signature === undefined) return 'is not signed';
  const { verified, fingerprint, principal, why } = signature;
  if (!verified) return `has a signature that could not be verified: ${why ?? 'it does not fit'}`;
  if (principal === undefined) return `is signed with a key that is not enrolled, ${fingerprint ?? 'unknown'}`;
  const own = people.some(({ principals }) => principals.some(({ name }) => name === principal));
  return own ? undefined : `is signed by ${principal}, who is neither its author nor its committer`;
}
