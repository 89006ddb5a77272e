import { isStart } from '../../core/decision/verbs.js';
import { isGating } from '../../core/promotion/state.js';
import type { Transaction } from '../../store/database.js';
import { pinSnapshot } from '../../store/policy/write.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { setPolicy } from '../../store/promotion/write.js';
import { newestGates } from '../policy/newest-gates.js';
import type { Preparation } from '../policy/preparation.js';
import type { ExaminedStatement } from './examine-statement.js';

/**
 * Pins the policy as it is now to a promotion that nobody has requested yet, before a person's signed request is
 * registered: whoever started its run, perhaps long ago, does not choose the gates under which a person requests it.
 *
 * @throws Unprepared
 */
export async function pinPolicyForRequest(
  tx: Transaction,
  known: Preparation,
  promotion: StoredPromotion,
  { signed }: ExaminedStatement,
): Promise<StoredPromotion> {
  const isRequest = signed !== undefined && isStart(signed.decision.verb);
  const canChange = promotion.requester === null && isGating(promotion.state) && promotion.state !== 'QUEUED';
  if (!isRequest || !canChange) return promotion;
  const newest = await newestGates(tx, known, promotion);
  return 'snapshot' in newest
    ? setPolicy(tx, promotion, await pinSnapshot(tx, newest), { ...newest, why: 'request' })
    : promotion;
}
