import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredPromotion } from '../promotion/read.js';
import { subjectsOf } from '../promotion/write.js';
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
  const { verb, accepted, refusalCode, refusalReason } = decision;
  const about = { ...subjectsOf(promotion), actor: decision.principal ?? undefined };
  await appendEvent(
    tx,
    accepted
      ? { ...about, type: 'decision.recorded', data: { verb } }
      : { ...about, type: 'decision.refused', data: { verb, code: refusalCode ?? '', reason: refusalReason ?? '' } },
  );
}
