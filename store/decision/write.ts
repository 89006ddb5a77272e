import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredPromotion } from '../promotion/read.js';
import type { StoredDecision } from './read.js';

/** A decision to record. */
export type NewDecision = Omit<StoredDecision, 'registeredAt' | 'promotionId'>;

/** Records a decision, accepted or refused, with its event. */
export async function recordDecision(
  tx: Transaction,
  promotion: Pick<StoredPromotion, 'id' | 'product' | 'lane' | 'bundle'>,
  decision: NewDecision,
): Promise<void> {
  const rows = await tx.query(
    `insert into decisions (tenant_id, id, promotion_id, verb, principal, accepted, refusal_code, refusal_reason,
                            attestation_id, statement_digest, nonce, policy_digest, facts_digest, comment, front_door,
                            shown_round)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
     on conflict (tenant_id, id) do nothing returning id`,
    [
      tx.tenant,
      decision.id,
      promotion.id,
      decision.verb,
      decision.principal,
      decision.accepted,
      decision.refusalCode,
      decision.refusalReason,
      decision.attestationId,
      decision.statementDigest,
      decision.nonce,
      decision.policyDigest,
      decision.factsDigest,
      decision.comment,
      decision.frontDoor,
      decision.shownRound,
    ],
  );
  if (rows.length === 0) return;
  await appendEvent(tx, {
    type: decision.accepted ? 'decision.recorded' : 'decision.refused',
    product: promotion.product,
    lane: promotion.lane,
    bundleDigest: promotion.bundle,
    promotionId: promotion.id,
    actor: decision.principal ?? undefined,
    data: {
      verb: decision.verb,
      ...(decision.accepted ? {} : { code: decision.refusalCode, reason: decision.refusalReason }),
    },
  });
}
