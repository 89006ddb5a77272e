import { create } from '@bufbuild/protobuf';
import { LanekeeperError } from '../../../core/errors.js';
import { digestOf } from '../../../core/hash.js';
import { shortId } from '../../../core/ids.js';
import { hasEnded } from '../../../core/promotion/state.js';
import { type DecisionOutcome, DecisionOutcomeSchema } from '#gen/governance/v1/decision_pb.js';
import { requirePromotion } from '../../../store/promotion/read.js';
import type { decideUpdate } from '../../../workflows/promotion/contract.js';
import type { Caller } from '../identity/caller.js';
import { bounded } from '../convert.js';
import type { ApiDeps } from '../deps.js';
import { parseSigned } from '../evidence/signed-statement.js';

const answerTimeoutMs = 30_000;

/** A signed decision on its way to a promotion. */
export interface DecisionDelivery {
  readonly promotionId: string;
  readonly signed: Uint8Array;
  /** `decide`, `abort` or `retry`: all have the same type. */
  readonly update: typeof decideUpdate;
}

/**
 * Passes a signed decision to the promotion's workflow and returns the outcome. Sending the same decision again returns
 * the same outcome.
 *
 * @throws UNKNOWN_PROMOTION, WRONG_STATE when it has ended, TIMED_OUT when no worker answers
 */
export async function sendDecision(
  deps: ApiDeps,
  caller: Caller,
  delivery: DecisionDelivery,
): Promise<DecisionOutcome> {
  const statement = parseSigned(delivery.signed);
  const promotion = await deps.database.transaction(caller.tenant, (tx) => requirePromotion(tx, delivery.promotionId));
  if (hasEnded(promotion.state)) {
    throw new LanekeeperError('WRONG_STATE', {
      message: `the promotion has ended as ${promotion.state}`,
      object: `promotion ${promotion.id}`,
      ...(promotion.reason !== null && { why: promotion.reason }),
      next: `lane why ${shortId(promotion.id)}`,
    });
  }
  const handle = deps.client.workflow.getHandle(promotion.workflowId, undefined, {
    firstExecutionRunId: promotion.firstRunId,
  });
  const reply = await deps.client.withDeadline(Date.now() + answerTimeoutMs, () =>
    handle.executeUpdate(delivery.update, { args: [{ statement }], updateId: digestOf(delivery.signed) }),
  );
  return create(DecisionOutcomeSchema, {
    accepted: reply.accepted,
    refusalCode: bounded(reply.code, 63),
    text: bounded(reply.text, 4000),
    reason: bounded(reply.reason, 4000),
  });
}
