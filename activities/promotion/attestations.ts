import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { type PromotionPredicate, promotionStatement } from '../../core/evidence/promotion.js';
import { type Statement, subjectOf } from '../../core/evidence/statement.js';
import { verificationSummaryStatement } from '../../core/evidence/verification-summary.js';
import { shortId } from '../../core/ids.js';
import { tallyApprovals } from '../../core/policy/approvals.js';
import { onlyDecisions } from '../../core/policy/wanted.js';
import type { PolicyFacts } from '../../core/policy/facts.js';
import type { Transaction } from '../../store/database.js';
import { attestationById } from '../../store/evidence/read.js';
import { lastRound, requireSnapshot, sourcesOfSnapshot } from '../../store/policy/read.js';
import { findAct, type StoredAct } from '../../store/promotion/acts.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import type { Preparation } from '../policy/preparation.js';
import { readProven, type Said } from '../policy/read-facts.js';
import { serviceActOf } from './service-acts.js';

/** How a promotion that is attested came out: a bundle that was live stays one that was, whatever followed. */
interface Outcome {
  readonly phase: 'LIVE' | 'FAILED' | 'REJECTED' | 'ABORTED';
  readonly at: Date;
}

/**
 * The statements on a promotion: the SLSA Verification Summary of the lane's decision, the record of the promotion itself,
 * and a service statement if the service ended it. A summary that says PASSED needs approvals whose signatures verify here
 * and now; a promotion that was aborted has none, because its lane decided nothing about the bundle.
 *
 * @throws EVIDENCE_INVALID when the approvals that the gates demand, or what a service statement says, are not there;
 * WRONG_STATE when there is nothing to attest; Unprepared
 */
export async function attestationsOf(
  tx: Transaction,
  known: Preparation,
  promotion: StoredPromotion,
): Promise<readonly Statement[]> {
  const act = await findAct(tx, promotion.id);
  const outcome = outcomeOf(promotion, act);
  const { product, lane, bundle, kind, policyDigest, workflowId, id, createdAt } = promotion;
  const { facts, said } = await readProven(tx, known, { ...promotion, promotionId: id, wanted: onlyDecisions });
  const requester = facts.requester?.principal;
  requireSaid(promotion, outcome, said, requester);
  if (outcome.phase === 'LIVE') await requireApprovals(tx, promotion, facts);
  const subject = [
    subjectOf(product, bundle),
    ...facts.bundle.artifacts.map(({ name, digest }) => subjectOf(name, digest)),
  ];
  const { gates, notices, token } = await lastRound(tx, id);
  const reliedOn = [...new Set([...gates, ...notices].flatMap((one) => one.reliedOn.map((ref) => ref.id)))].sort();
  const summary = verificationSummaryStatement({
    subject,
    timeVerified: outcome.at.toISOString(),
    resourceUri: `lanekeeper://${tx.tenant}/${product}/${lane}`,
    policySnapshot: policyDigest,
    inputs: await checksumsOf(tx, reliedOn),
    passed: outcome.phase === 'LIVE',
    level: `LANEKEEPER_${lane.toUpperCase()}`,
  });
  const record = promotionStatement(subject, {
    kind,
    tenant: tx.tenant,
    product,
    lane,
    promotion: { id, workflowId },
    outcome: outcome.phase,
    policySnapshot: policyDigest,
    ...(await rulesOf(tx, promotion)),
    ...(outcome.phase === 'LIVE' && token !== undefined && { fencingToken: token }),
    decisions: said.map(({ checksum }) => checksum),
    startedAt: createdAt.toISOString(),
    finishedAt: outcome.at.toISOString(),
    ...(requester !== undefined && { requester }),
  });
  return [
    ...(outcome.phase === 'ABORTED' ? [] : [summary]),
    record,
    ...(act === undefined ? [] : [await serviceActOf(tx, promotion, act)]),
  ];
}

/** What the gates of a promotion came from. Where each value was written is as old as the values themselves. */
async function rulesOf(
  tx: Transaction,
  { definition, policySources, policyDigest }: StoredPromotion,
): Promise<Pick<PromotionPredicate, 'rules'>> {
  if (definition === null || policySources === null) return {};
  return { rules: { definition, versions: policySources, values: await sourcesOfSnapshot(tx, policyDigest) } };
}

function outcomeOf({ state, liveAt, endedAt, id }: StoredPromotion, act: StoredAct | undefined): Outcome {
  if (liveAt !== null) return { phase: 'LIVE', at: liveAt };
  if ((state === 'FAILED' || state === 'REJECTED') && endedAt !== null) return { phase: state, at: endedAt };
  if (state === 'ABORTED' && endedAt !== null && act !== undefined) return { phase: state, at: endedAt };
  throw new LanekeeperError('WRONG_STATE', {
    message: `promotion ${shortId(id)} has nothing to attest`,
    object: `promotion ${id}`,
    why: `it is ${state}`,
  });
}

/** Requires that people have signed what the statements say of them: the request that is named, the rejection. */
function requireSaid(
  promotion: StoredPromotion,
  { phase }: Outcome,
  said: readonly Said[],
  requester: string | undefined,
): void {
  const refused = (why: string) =>
    new LanekeeperError('EVIDENCE_INVALID', {
      message: `promotion ${shortId(promotion.id)} is not attested`,
      object: `promotion ${promotion.id}`,
      why,
      next: `lane why ${shortId(promotion.id)}`,
    });
  if (requester === undefined && (promotion.requester !== null || promotion.kind !== 'PROMOTION'))
    throw refused('no request that its requester has signed is about it');
  if (phase === 'REJECTED' && !said.some(({ decision }) => decision.verb === 'reject'))
    throw refused('nobody has signed its rejection');
}

async function requireApprovals(tx: Transaction, promotion: StoredPromotion, facts: PolicyFacts): Promise<void> {
  const { gates } = await requireSnapshot(tx, promotion.policyDigest);
  const blocking = gates.flatMap(({ approvals, ...gate }) =>
    approvals !== undefined && gate.severity === 'BLOCKING' ? [{ ...gate, approvals }] : [],
  );
  for (const { id, ...gate } of blocking) {
    const { missing } = tallyApprovals(gate, facts);
    if (missing === 0) continue;
    throw new LanekeeperError('EVIDENCE_INVALID', {
      message: `promotion ${shortId(promotion.id)} is not attested as live`,
      object: `promotion ${promotion.id}`,
      why: `gate ${id} demands ${missing} more approvals whose signatures verify`,
      next: `lane why ${shortId(promotion.id)}`,
    });
  }
}

async function checksumsOf(tx: Transaction, ids: readonly string[]): Promise<readonly Digest[]> {
  const found: Digest[] = [];
  for (const id of ids) {
    const attestation = await attestationById(tx, id);
    if (attestation !== undefined) found.push(attestation.checksum);
  }
  return found;
}
