import { shortId } from '../../core/ids.js';
import { type Evaluation, evaluateGates } from '../../core/policy/evaluate.js';
import type { Notice } from '../../core/policy/notice.js';
import { policyEdited } from '../../core/policy/notices.js';
import { wantedBy } from '../../core/policy/wanted.js';
import type { Transaction } from '../../store/database.js';
import { requireSnapshot } from '../../store/policy/read.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import type { Preparation } from './preparation.js';
import { readFacts } from './read-facts.js';

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
  const facts = await readFacts(tx, known, { ...promotion, promotionId: promotion.id, wanted: wantedBy(snapshot) });
  return evaluateGates(snapshot, facts, at, drift === undefined ? [] : [drift]);
}

/** What is said of a policy that has changed since the promotion was requested. */
function policyDrift(known: Preparation, promotion: StoredPromotion): Notice | undefined {
  const newest = known.newestGates(promotion);
  if (!('digest' in newest)) return policyEdited(promotion, `it can no longer be read (${newest.problem})`);
  return newest.digest === promotion.policyDigest
    ? undefined
    : policyEdited(promotion, `its gates are now ${shortId(newest.digest)}`);
}
