import { LanekeeperError } from '../../core/errors.js';
import { type ServiceActPredicate, serviceActStatement } from '../../core/evidence/service-act.js';
import type { Statement } from '../../core/evidence/statement.js';
import { shortId } from '../../core/ids.js';
import { actOfType, isActEventType, isCause } from '../../core/promotion/acts.js';
import type { Transaction } from '../../store/database.js';
import { requireSnapshot } from '../../store/policy/read.js';
import type { StoredAct } from '../../store/promotion/acts.js';
import type { StoredPromotion } from '../../store/promotion/read.js';

/**
 * The service statement on how the service ended a promotion, made from the event that records it: one of this promotion,
 * with a known cause, of a type that justifies the act, and that says how the promotion has ended.
 *
 * @throws EVIDENCE_INVALID when the event does not justify the statement
 */
export async function serviceActOf(
  tx: Transaction,
  promotion: StoredPromotion,
  event: StoredAct,
): Promise<Statement<ServiceActPredicate>> {
  const { id, workflowId, product, lane, bundle, policyDigest, state } = promotion;
  const { type, occurredAt, data } = event;
  const isAbout =
    event.promotionId === id && event.product === product && event.lane === lane && event.bundleDigest === bundle;
  if (!isAbout) throw unjustified(promotion, event, 'it is about another promotion');
  if (!isActEventType(type)) throw unjustified(promotion, event, `no act of the service is of type ${type}`);
  if (!isCause(data['cause'])) throw unjustified(promotion, event, 'it has no known cause');
  if (data['to'] !== state) throw unjustified(promotion, event, `the promotion is ${state}`);
  await requireSnapshot(tx, policyDigest);
  return serviceActStatement({
    act: actOfType(type),
    tenant: tx.tenant,
    product,
    lane,
    promotion: { id, workflowId },
    policySnapshot: policyDigest,
    event: { id: event.id, type },
    occurredAt: occurredAt.toISOString(),
    bundle,
  });
}

function unjustified(promotion: StoredPromotion, event: StoredAct, why: string): LanekeeperError {
  return new LanekeeperError('EVIDENCE_INVALID', {
    message: `event ${event.id} does not say that the service ended promotion ${shortId(promotion.id)}`,
    object: `promotion ${promotion.id}`,
    why,
  });
}
