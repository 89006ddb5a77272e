import { shortId } from '../../core/ids.js';
import { type Evaluation, evaluateGates } from '../../core/policy/evaluate.js';
import type { GateResult } from '../../core/policy/facts.js';
import type { Transaction } from '../../store/database.js';
import { requireSnapshot } from '../../store/policy/read.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import type { Preparation } from './preparation.js';
import { kindsOf, readFacts } from './read-facts.js';

/**
 * Evaluates all gates of a promotion's pinned snapshot together, over what the transaction reads. Writes nothing.
 *
 * @throws Unprepared
 */
export async function evaluateRound(
  tx: Transaction,
  known: Preparation,
  promotion: StoredPromotion,
  at: Date,
): Promise<Evaluation> {
  // Before anything is read: what has to be read from files begins the transaction again.
  const drift = policyDrift(known, promotion);
  const snapshot = await requireSnapshot(tx, promotion.policyDigest);
  const facts = await readFacts(tx, known, { ...promotion, promotionId: promotion.id, kinds: kindsOf(snapshot) });
  const evaluated = evaluateGates(snapshot, facts, at);
  return drift === undefined ? evaluated : { ...evaluated, results: [...evaluated.results, drift] };
}

/**
 * A promotion keeps the gates it was requested under. A policy file that has changed since is reported, but changes
 * nothing.
 */
function policyDrift(known: Preparation, promotion: StoredPromotion): GateResult | undefined {
  const newest = known.newestGates(promotion);
  if ('digest' in newest && newest.digest === promotion.policyDigest) return undefined;
  const current =
    'digest' in newest ? `its gates are now ${shortId(newest.digest)}` : `it can no longer be read (${newest.problem})`;
  return {
    gate: 'policy-edited',
    severity: 'ADVISORY',
    verdict: 'PENDING',
    explanation: `the policy was edited: this promotion keeps the gates it was requested under (${shortId(promotion.policyDigest)}); ${current}`,
    next: `to be judged by the edited policy: lane abort ${shortId(promotion.id)}, then request it again`,
    reliedOn: [],
    waitsForPeople: false,
  };
}
