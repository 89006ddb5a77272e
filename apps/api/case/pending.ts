import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { readKeys } from '../../../activities/policy/evidence-items.js';
import type { Preparation } from '../../../activities/policy/preparation.js';
import { readAllCommitFacts } from '../../../activities/policy/read-commits.js';
import { type ApproverFacts, refusalOf } from '../../../core/policy/approvals.js';
import type { PolicySnapshot } from '../../../core/policy/model.js';
import { isOpen } from '../../../core/policy/verdict.js';
import { CaseKind, type GovernanceCase, GovernanceCaseSchema } from '#gen/governance/v1/case_pb.js';
import { readBundles, type StoredBundle } from '../../../store/bundle/read.js';
import type { Transaction } from '../../../store/database.js';
import { decisionsOfPromotions, type StoredDecision } from '../../../store/decision/read.js';
import { lastRounds, readSnapshots, type RoundResults } from '../../../store/policy/read.js';
import { requirePrincipal, type StoredPrincipal } from '../../../store/identity/read.js';
import { listAwaitingApproval } from '../../../store/promotion/list.js';
import type { ListedPromotion } from '../../../store/promotion/read.js';
import { approverOf, factsFor, hasApproved } from './approver.js';
import { toDecisionMessage } from '../decision/convert.js';
import { bounded, toLane } from '../convert.js';

/** A promotion that waits for people, with all that says for whom. */
interface Waiting {
  readonly promotion: ListedPromotion & { readonly waitingSince: Date };
  readonly bundle: StoredBundle;
  readonly snapshot: PolicySnapshot;
  readonly round: RoundResults | undefined;
  readonly decisions: readonly StoredDecision[];
}

/**
 * The open approval cases of the tenant, longest waiting first, as `person` sees them; in as many queries for many as for one,
 * but for those about who has requested them. @throws Unprepared
 */
export async function listPendingCases(
  tx: Transaction,
  known: Preparation,
  person: StoredPrincipal,
): Promise<GovernanceCase[]> {
  const waiting = await readWaiting(tx);
  const commits = await readAllCommitFacts(
    tx,
    known,
    waiting.map(({ promotion: { product, lane }, bundle }) => ({ product, lane, bundle })),
    await readKeys(tx),
  );
  const requesters = await requestersOf(tx, waiting);
  return waiting.flatMap((each, index) => {
    const brought = commits[index];
    const requester = requesters.get(each.promotion.requester ?? '');
    return brought === undefined ? [] : casesOf(each, factsFor(requester, brought), person);
  });
}

/** The people who have requested them, by their names. */
async function requestersOf(
  tx: Transaction,
  waiting: readonly Waiting[],
): Promise<ReadonlyMap<string, StoredPrincipal>> {
  const found = new Map<string, StoredPrincipal>();
  for (const { promotion } of waiting) {
    const { requester } = promotion;
    if (requester !== null && !found.has(requester)) found.set(requester, await requirePrincipal(tx, requester));
  }
  return found;
}

async function readWaiting(tx: Transaction): Promise<readonly Waiting[]> {
  const promotions = await listAwaitingApproval(tx);
  if (promotions.length === 0) return [];
  const ids = promotions.map(({ id }) => id);
  const bundles = await readBundles(
    tx,
    promotions.map(({ bundle }) => bundle),
  );
  const snapshots = await readSnapshots(
    tx,
    promotions.map(({ policyDigest }) => policyDigest),
  );
  const rounds = await lastRounds(tx, ids);
  const decisions = await decisionsOfPromotions(tx, ids);
  return promotions.flatMap((promotion) => {
    const [bundle, snapshot] = [bundles.get(promotion.bundle), snapshots.get(promotion.policyDigest)];
    if (bundle === undefined || snapshot === undefined) return [];
    return [
      { promotion, bundle, snapshot, round: rounds.get(promotion.id), decisions: decisions.get(promotion.id) ?? [] },
    ];
  });
}

function casesOf(
  { promotion, bundle, snapshot, round, decisions }: Waiting,
  facts: ApproverFacts,
  person: StoredPrincipal,
): GovernanceCase[] {
  const held = round?.notices.find(({ notice, holds }) => notice === 'changes-requested' && holds);
  return snapshot.gates.flatMap(({ approvals, ...gate }) => {
    const run = round?.gates.find((each) => each.gate === gate.id);
    // Whoever has requested changes has to approve, also when enough others have.
    if (approvals === undefined || (run !== undefined && !isOpen(run.verdict) && held === undefined)) return [];
    const whyNot = hasApproved(decisions, person.name, promotion)
      ? `${person.name} has already approved`
      : refusalOf({ ...gate, approvals }, approverOf(person), facts)?.reason;
    return [
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
        missing: bounded([held?.explanation, run?.explanation].filter((text) => text !== undefined).join(' · '), 4000),
        waitsForMe: whyNot === undefined,
        whyNotMe: bounded(whyNot, 1000),
        decisions: decisions.map(toDecisionMessage),
      }),
    ];
  });
}
