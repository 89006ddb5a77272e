import type { MethodEvent } from '../../core/event/types.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredDecision } from './read.js';

/** A decision to record. */
export type NewDecision = Omit<StoredDecision, 'registeredAt'>;

/** What the event of a decision is about: all that is known of its case. */
export type DecisionSubjects = Pick<
  Extract<MethodEvent, { readonly type: 'decision.recorded' }>,
  'product' | 'lane' | 'bundleDigest' | 'promotionId'
>;

/** Records a decision, accepted or refused, with its event. @param subjects what the event is about */
export async function recordDecision(
  tx: Transaction,
  decision: NewDecision,
  subjects: DecisionSubjects,
): Promise<void> {
  const rows = await tx.query(
    `insert into decisions (tenant_id, id, case_kind, case_id, verb, principal, accepted, refusal_code, refusal_reason,
                            attestation_id, statement_digest, nonce, policy_digest, facts_digest, comment, front_door,
                            shown_round)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
     on conflict (tenant_id, id) do nothing returning id`,
    [
      tx.tenant,
      decision.id,
      decision.case.kind,
      decision.case.id,
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
  const about = { ...subjects, actor: decision.principal ?? undefined };
  await appendEvent(
    tx,
    accepted
      ? { ...about, type: 'decision.recorded', data: { verb } }
      : { ...about, type: 'decision.refused', data: { verb, code: refusalCode ?? '', reason: refusalReason ?? '' } },
  );
}
