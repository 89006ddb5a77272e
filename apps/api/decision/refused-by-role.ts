import { alternatives } from '../../../core/alternatives.js';
import { refuseByRole } from '../../../core/decision/check.js';
import { type DecisionVerb, termsOf } from '../../../core/decision/verbs.js';
import type { Transaction } from '../../../store/database.js';
import { peopleWithRole } from '../../../store/identity/list.js';
import type { StoredPrincipal } from '../../../store/identity/read.js';
import { approverOf } from '../case/approver.js';

/**
 * Why somebody's roles do not let them say a verb, and whom they can ask; undefined when they may. Everybody of a tenant may
 * see who has which role.
 */
export async function refusedByRole(
  tx: Transaction,
  verb: DecisionVerb,
  person: StoredPrincipal,
  requester?: string,
): Promise<string | undefined> {
  const refusal = refuseByRole(verb, approverOf(person), requester);
  const { right } = termsOf[verb];
  if (refusal === undefined || right.who !== 'roles') return refusal?.reason;
  const people = await peopleWithRole(tx, right.roles);
  return people.length === 0 ? refusal.reason : `${refusal.reason}; ask ${alternatives(people)}`;
}
