import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { caseOfPromotion } from '../../../core/decision/case.js';
import { type Keys, readKeys } from '../../../activities/policy/evidence-items.js';
import { type Preparation, Unprepared, type UnverifiedEvidence } from '../../../activities/policy/preparation.js';
import { readCommitFacts } from '../../../activities/policy/read-commits.js';
import { type ApprovalGate, refusalOf } from '../../../core/policy/approvals.js';
import type { CommitFacts } from '../../../core/policy/authorship.js';
import { isOpen } from '../../../core/policy/verdict.js';
import { CaseKind, type GovernanceCase, GovernanceCaseSchema } from '#gen/governance/v1/case_pb.js';
import { requireBundle } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import { decisionsOf, type StoredDecision } from '../../../store/decision/read.js';
import { lastRound, requireSnapshot } from '../../../store/policy/read.js';
import type { StoredPrincipal } from '../../../store/identity/read.js';
import { listAwaitingApproval } from '../../../store/promotion/list.js';
import type { ListedPromotion } from '../../../store/promotion/read.js';
import { approverFacts, approverOf, hasApproved } from './approver.js';
import { toDecisionMessage } from '../decision/convert.js';
import { bounded, toLane } from '../convert.js';

type Waiting = ListedPromotion & { readonly waitingSince: Date };

/** The open approval cases of the tenant, longest waiting first, as `person` sees them. @throws Unprepared */
export async function listPendingCases(
  tx: Transaction,
  known: Preparation,
  person: StoredPrincipal,
): Promise<GovernanceCase[]> {
  const cases: GovernanceCase[] = [];
  const missing: UnverifiedEvidence[] = [];
  const keys = await readKeys(tx);
  for (const promotion of await listAwaitingApproval(tx)) {
    try {
      cases.push(...(await casesOf(tx, { known, keys }, promotion, person)));
    } catch (error) {
      if (!(error instanceof Unprepared)) throw error;
      missing.push(...error.evidence);
    }
  }
  // What all of them need is asked for at once.
  if (missing.length > 0) throw new Unprepared({ evidence: missing });
  return cases;
}

async function casesOf(
  tx: Transaction,
  { known, keys }: { readonly known: Preparation; readonly keys: Keys },
  promotion: Waiting,
  person: StoredPrincipal,
): Promise<GovernanceCase[]> {
  const snapshot = await requireSnapshot(tx, promotion.policyDigest);
  const bundle = await requireBundle(tx, promotion.bundle);
  const decisions = await decisionsOf(tx, caseOfPromotion(promotion));
  const { gates } = await lastRound(tx, promotion.id);
  const cases: GovernanceCase[] = [];
  const commits = await readCommitFacts(tx, known, promotion, bundle, keys);
  for (const { approvals, ...gate } of snapshot.gates) {
    const run = gates.find((each) => each.gate === gate.id);
    if (approvals === undefined || (run !== undefined && !isOpen(run.verdict))) continue;
    const whyNot = await refusalFor(tx, { ...gate, approvals }, promotion, commits, decisions, person);
    cases.push(
      create(GovernanceCaseSchema, {
        id: `${promotion.id}/${gate.id}`,
        kind: CaseKind.APPROVAL,
        promotionId: promotion.id,
        gateId: gate.id,
        product: promotion.product,
        lane: toLane(promotion.lane),
        bundleDigest: promotion.bundle,
        requester: promotion.requester ?? '',
        author: bounded(bundle.author.name, 200),
        openedAt: timestampFromDate(promotion.waitingSince),
        missing: bounded(run?.explanation, 4000),
        waitsForMe: whyNot === undefined,
        whyNotMe: bounded(whyNot, 1000),
        decisions: decisions.map(toDecisionMessage),
      }),
    );
  }
  return cases;
}

/** Why a person cannot approve, according to the same rule that the gate uses. */
async function refusalFor(
  tx: Transaction,
  gate: ApprovalGate,
  promotion: ListedPromotion,
  commits: CommitFacts,
  decisions: readonly StoredDecision[],
  person: StoredPrincipal,
): Promise<string | undefined> {
  if (hasApproved(decisions, person.name)) return `${person.name} has already approved`;
  return refusalOf(gate, approverOf(person), await approverFacts(tx, promotion, commits))?.reason;
}
