import { nodeHashing } from '../../adapters/hash/node-hashing.js';
import { type Evaluation, evaluateGates } from '../../core/policy/evaluate.js';
import { type FactSheet, takeApart } from '../../core/policy/fact-sheet.js';
import { rulesUnknown } from '../../core/policy/notices.js';
import type { PolicySnapshot } from '../../core/policy/model.js';
import type { Notice } from '../../core/policy/notice.js';
import { scopeOf } from '../../core/policy/read-scope.js';
import { wantedBy } from '../../core/policy/wanted.js';
import type { Transaction } from '../../store/database.js';
import { requireSnapshot } from '../../store/policy/read.js';
import { pinSnapshot } from '../../store/policy/write.js';
import type { StoredPromotion } from '../../store/promotion/read.js';
import { setPolicy } from '../../store/promotion/write.js';
import { haveOtherRules, newestGates } from './newest-gates.js';
import type { Preparation } from './preparation.js';
import { readProven } from './read-facts.js';

/** A round of gates, and what it was decided on. */
export interface EvaluatedRound {
  readonly evaluation: Evaluation;
  readonly sheet: FactSheet;
}

/**
 * Pins the gates again that apply to a promotion now. Before the lane is granted, a promotion is judged by the rules that
 * are in force; approvals that were given under others are void, which their digest says. Afterwards nothing moves.
 *
 * @throws Unprepared
 */
export async function pinNewest(
  tx: Transaction,
  known: Preparation,
  promotion: StoredPromotion,
): Promise<{ readonly promotion: StoredPromotion; readonly notices: readonly Notice[] }> {
  const newest = await newestGates(tx, known, promotion);
  if ('problem' in newest) return { promotion, notices: [rulesUnknown(newest.problem.detail)] };
  if (!haveOtherRules(newest, promotion)) return { promotion, notices: [] };
  const digest = await pinSnapshot(tx, newest);
  return { promotion: await setPolicy(tx, promotion, digest, { ...newest, why: 'rules' }), notices: [] };
}

/**
 * Evaluates all gates of a promotion's pinned snapshot together, over what the transaction reads. Writes nothing.
 *
 * @throws Unprepared
 */
export async function evaluateRound(
  tx: Transaction,
  known: Preparation,
  promotion: StoredPromotion,
  { at, notices }: { readonly at: Date; readonly notices: readonly Notice[] },
): Promise<EvaluatedRound> {
  const snapshot: PolicySnapshot = await requireSnapshot(tx, promotion.policyDigest);
  const wanted = wantedBy(snapshot);
  const { facts, untrusted } = await readProven(tx, known, { ...promotion, promotionId: promotion.id, wanted });
  // Also after the grant, when the gates are no longer looked up: what they say of the transformation has to be signed.
  const isSaid = untrusted === undefined || notices.some(({ notice }) => notice === 'rules-unknown');
  const all = isSaid ? notices : [...notices, rulesUnknown(untrusted.detail)];
  return {
    evaluation: evaluateGates(snapshot, facts, at, all),
    sheet: takeApart({ facts, read: scopeOf(wanted) }, nodeHashing),
  };
}
