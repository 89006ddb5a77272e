import type { DecisionVerb } from '../../core/decision/verbs.js';
import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** A decision as it was recorded. */
export interface StoredDecision {
  readonly id: string;
  readonly promotionId: string;
  readonly verb: DecisionVerb | 'unknown';
  readonly principal: string | null;
  readonly accepted: boolean;
  readonly refusalCode: string | null;
  readonly refusalReason: string | null;
  readonly attestationId: string | null;
  readonly statementDigest: Digest;
  readonly nonce: string | null;
  readonly policyDigest: Digest | null;
  readonly factsDigest: Digest | null;
  readonly comment: string | null;
  readonly frontDoor: 'UPDATE' | 'SIGNAL' | 'START';
  readonly registeredAt: Date;
}

/** A row of `decisions`. */
export interface DecisionRow {
  id: string;
  promotion_id: string;
  verb: StoredDecision['verb'];
  principal: string | null;
  accepted: boolean;
  refusal_code: string | null;
  refusal_reason: string | null;
  attestation_id: string | null;
  statement_digest: Digest;
  nonce: string | null;
  policy_digest: Digest | null;
  facts_digest: Digest | null;
  comment: string | null;
  front_door: StoredDecision['frontDoor'];
  registered_at: Date;
}

/** All decisions about a promotion, oldest first. */
export async function decisionsOf(tx: Transaction, promotionId: string): Promise<readonly StoredDecision[]> {
  const rows = await tx.query<DecisionRow>(
    'select * from decisions where tenant_id = $1 and promotion_id = $2 order by registered_at, id',
    [tx.tenant, promotionId],
  );
  return rows.map(toDecision);
}

/** How the very same message was handled before. */
export async function decisionById(tx: Transaction, id: string): Promise<StoredDecision | undefined> {
  const rows = await tx.query<DecisionRow>('select * from decisions where tenant_id = $1 and id = $2', [tx.tenant, id]);
  return rows[0] === undefined ? undefined : toDecision(rows[0]);
}

/** The accepted decision that used a nonce of this person. */
export async function decisionByNonce(
  tx: Transaction,
  principal: string,
  nonce: string,
): Promise<StoredDecision | undefined> {
  const rows = await tx.query<DecisionRow>(
    'select * from decisions where tenant_id = $1 and principal = $2 and nonce = $3 and accepted',
    [tx.tenant, principal, nonce],
  );
  return rows[0] === undefined ? undefined : toDecision(rows[0]);
}

/** Whether facts with this digest were shown for this promotion. */
export async function wereShown(tx: Transaction, promotionId: string, digest: Digest): Promise<boolean> {
  const rows = await tx.query('select 1 from shown_facts where tenant_id = $1 and promotion_id = $2 and digest = $3', [
    tx.tenant,
    promotionId,
    digest,
  ]);
  return rows.length > 0;
}

/** A row as a record. */
export function toDecision(row: DecisionRow): StoredDecision {
  return {
    id: row.id,
    promotionId: row.promotion_id,
    verb: row.verb,
    principal: row.principal,
    accepted: row.accepted,
    refusalCode: row.refusal_code,
    refusalReason: row.refusal_reason,
    attestationId: row.attestation_id,
    statementDigest: row.statement_digest,
    nonce: row.nonce,
    policyDigest: row.policy_digest,
    factsDigest: row.facts_digest,
    comment: row.comment,
    frontDoor: row.front_door,
    registeredAt: row.registered_at,
  };
}
