import type { AddressOwnerFact, CommitFact, CommitPersonFact } from '../../core/policy/authorship.js';

/** Somebody whom commits name; their address belongs to them, unless `owners` says otherwise. */
export function personFact(name: string, owners?: readonly Partial<AddressOwnerFact>[]): CommitPersonFact {
  const principals = (owners ?? [{}]).map((owner): AddressOwnerFact => ({
    name,
    kind: 'human',
    linkedBy: owner.name ?? name,
    signs: false,
    ...owner,
  }));
  return { name, email: `${name}@example.com`, at: '2026-03-01T09:00:00.000Z', principals };
}

/** A commit that somebody wrote and, unless another one is named, committed. */
export function commitFact(author: CommitPersonFact, change: Partial<CommitFact> = {}): CommitFact {
  return { hash: 'a'.repeat(40), author, committer: author, ...change };
}
