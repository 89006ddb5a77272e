import type { Digest } from '../../../core/digest.js';
import type { Approver, ApproverFacts } from '../../../core/policy/approvals.js';
import type { CommitFacts } from '../../../core/policy/authorship.js';
import type { Transaction } from '../../../store/database.js';
import type { StoredDecision } from '../../../store/decision/read.js';
import { requirePrincipal, type StoredPrincipal } from '../../../store/identity/read.js';

/** A principal as somebody who wants to approve. */
export function approverOf({ name, kind, roles }: StoredPrincipal): Approver {
  return { principal: name, principalKind: kind, roles };
}

/** What says who may not approve a promotion. */
export async function approverFacts(
  tx: Transaction,
  promotion: { readonly requester: string | null },
  commits: CommitFacts,
): Promise<ApproverFacts> {
  return factsFor(promotion.requester === null ? undefined : await requirePrincipal(tx, promotion.requester), commits);
}

/** The same, of people who have been read. */
export function factsFor(requester: StoredPrincipal | undefined, commits: CommitFacts): ApproverFacts {
  return {
    bundle: { commits },
    ...(requester !== undefined && { requester: { principal: requester.name, roles: requester.roles } }),
  };
}

/** Whether the last that somebody has decided here is that they agree, and that is not void because other gates are pinned now. */
export function hasApproved(
  decisions: readonly StoredDecision[],
  principal: string,
  { policyDigest }: { readonly policyDigest: Digest },
): boolean {
  const last = decisions.filter((decision) => decision.accepted && decision.principal === principal).at(-1);
  return last?.verb === 'approve' && last.policyDigest === policyDigest;
}
