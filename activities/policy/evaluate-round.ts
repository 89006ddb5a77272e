import { isDigest } from '../../core/digest.js';
import { asLanekeeperError, messageOf } from '../../core/errors.js';
import { digestOfJson } from '../../core/hash.js';
import { shortId } from '../../core/ids.js';
import { evaluateGates } from '../../core/policy/evaluate.js';
import type { GateResult } from '../../core/policy/facts.js';
import { type PolicySnapshot, snapshotPolicy } from '../../core/policy/model.js';
import type { GateRound } from '../../core/promotion/events.js';
import { recordRound } from '../../store/policy/write.js';
import type { Transaction } from '../../store/database.js';
import { requireHold } from '../../store/lane/read.js';
import { requireSnapshot } from '../../store/policy/read.js';
import { requirePromotion, type StoredPromotion } from '../../store/promotion/read.js';
import { gatherFacts } from './gather-facts.js';
import type { ControlDeps } from '../promotion/deps.js';
import type { PromotionControlActivities } from '../promotion/types.js';

/** The longest explanation that is kept in the workflow history; PostgreSQL keeps it in full. */
const maxExplanationLength = 500;

/**
 * Runs one round: all gates of the pinned snapshot together, over facts read again, and records it with its verdicts.
 */
export async function evaluateRound(
  deps: ControlDeps,
  input: Parameters<PromotionControlActivities['evaluateGates']>[0],
): ReturnType<PromotionControlActivities['evaluateGates']> {
  return deps.database.transaction(input.tenant, async (tx) => {
    const promotion = await requirePromotion(tx, input.promotionId);
    const holdsLane = input.fencingToken !== undefined && (await holds(tx, promotion, input.fencingToken));
    const snapshot = await requireSnapshot(tx, promotion.policyDigest);
    const facts = await gatherFacts(tx, deps.blobs, {
      ...promotion,
      promotionId: promotion.id,
      kinds: kindsOf(snapshot),
    });
    const at = deps.now();
    const evaluated = evaluateGates(snapshot, facts, at);
    const drift = await policyDrift(deps, promotion);
    const evaluation = drift === undefined ? evaluated : { ...evaluated, results: [...evaluated.results, drift] };
    await recordRound(tx, promotion.id, {
      number: input.round,
      results: evaluation.results,
      reason: evaluation.reason,
      at,
    });
    const round: GateRound = {
      round: input.round,
      outcome: evaluation.outcome,
      reason: evaluation.reason.slice(0, maxExplanationLength),
      verdicts: evaluation.results.map(({ gate, verdict, severity, explanation, next }) => ({
        gate,
        verdict,
        severity,
        explanation: explanation.slice(0, maxExplanationLength),
        ...(next !== undefined && { next }),
      })),
      ...(evaluation.recheckAt !== undefined && { recheckAt: evaluation.recheckAt }),
    };
    return { round, holdsLane };
  });
}

/** The kinds of evidence that the gates ask for, and people's decisions. */
function kindsOf(snapshot: PolicySnapshot): ReadonlySet<string> {
  return new Set([
    'decision',
    ...snapshot.gates.flatMap((gate) => (gate.evidence === undefined ? [] : [gate.evidence.kind])),
  ]);
}

/**
 * A promotion keeps the gates it was requested under. A policy file that has changed since is reported, but changes
 * nothing.
 */
async function policyDrift(deps: ControlDeps, promotion: StoredPromotion): Promise<GateResult | undefined> {
  const { product, lane, kind, policyDigest } = promotion;
  const newest = await deps.policies.policyOf(product).then(
    (policy) => digestOfJson(snapshotPolicy(policy, product, lane, kind)),
    (error: unknown) => messageOf(error),
  );
  if (newest === policyDigest) return undefined;
  const current = isDigest(newest) ? `its gates are now ${shortId(newest)}` : `it can no longer be read (${newest})`;
  return {
    gate: 'policy-edited',
    severity: 'ADVISORY',
    verdict: 'PENDING',
    explanation: `the policy was edited: this promotion keeps the gates it was requested under (${shortId(policyDigest)}); ${current}`,
    next: `to be judged by the edited policy: lane abort ${shortId(promotion.id)}, then request it again`,
    reliedOn: [],
    waitsForPeople: false,
  };
}

async function holds(tx: Transaction, promotion: StoredPromotion, fencingToken: number): Promise<boolean> {
  try {
    await requireHold(tx, promotion, fencingToken);
    return true;
  } catch (error) {
    if (asLanekeeperError(error)?.code === 'STALE_FENCING_TOKEN') return false;
    throw error;
  }
}
