import type { CaseKind, CaseRef } from '../../core/decision/case.js';
import type { DecisionVerb } from '../../core/decision/verbs.js';
import type { Digest } from '../../core/digest.js';
import { groupBy } from '../../core/group.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';

/** A decision as it was recorded. */
export interface StoredDecision {
  readonly id: string;
  /** What it is about. */
  readonly case: CaseRef;
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
  /** The round of gates that the person was shown. */
  readonly shownRound: number | null;
  readonly comment: string | null;
  readonly frontDoor: 'UPDATE' | 'SIGNAL' | 'START';
  readonly registeredAt: Date;
}

/** A row of `decisions`. */
export interface DecisionRow {
  id: string;
  case_kind: CaseKind;
  case_id: string;
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
  shown_round: number | null;
  comment: string | null;
  front_door: StoredDecision['frontDoor'];
  registered_at: Date;
}

/** All decisions in a case, oldest first. */
export async function decisionsOf(tx: Transaction, { kind, id }: CaseRef): Promise<readonly StoredDecision[]> {
  const rows = await tx.query<DecisionRow>(
    'select * from decisions where tenant_id = $1 and case_kind = $2 and case_id = $3 order by registered_at, id',
    [tx.tenant, kind, id],
  );
  return rows.map(toDecision);
}

/** All decisions about several promotions, oldest first. */
export async function decisionsOfPromotions(
  tx: Transaction,
  promotionIds: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredDecision[]>> {
  const rows = await tx.query<DecisionRow>(
    `select * from decisions where tenant_id = $1 and case_kind = 'promotion' and case_id = any($2) order by registered_at, id`,
    [tx.tenant, promotionIds],
    growsWithData,
  );
  return groupBy(rows.map(toDecision), (decision) => decision.case.id);
}

/** How the very same message was handled before. */
export async function decisionById(tx: Transaction, id: string): Promise<StoredDecision | undefined> {
  const rows = await tx.query<DecisionRow>('select * from decisions where tenant_id = $1 and id = $2', [tx.tenant, id]);
  return rows[0] === undefined ? undefined : toDecision(rows[0]);
}

/** How the same statement was handled before, whoever signed it again: by what it says, not by its signature. */
export async function decisionByStatement(
  tx: Transaction,
  { kind, id }: CaseRef,
  statementDigest: Digest,
): Promise<StoredDecision | undefined> {
  const rows = await tx.query<DecisionRow>(
    `select * from decisions where tenant_id = $1 and case_kind = $2 and case_id = $3 and statement_digest = $4
      order by registered_at limit 1`,
    [tx.tenant, kind, id, statementDigest],
  );
  return rows[0] === undefined ? undefined : toDecision(rows[0]);
}

/** How many refused decisions in a case are recorded, of one signer or of those whom no signature names. */
export async function countRefused(tx: Transaction, { kind, id }: CaseRef, principal: string | null): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    `select count(*) as count from decisions
      where tenant_id = $1 and case_kind = $2 and case_id = $3 and not accepted and principal is not distinct from $4`,
    [tx.tenant, kind, id, principal],
  );
  return rows[0]?.count ?? 0;
}

/** The round of gates in the facts with this digest, if they were shown in this case. */
export async function shownRound(tx: Transaction, { kind, id }: CaseRef, digest: Digest): Promise<number | undefined> {
  const rows = await tx.query<{ round: number }>(
    'select round from shown_facts where tenant_id = $1 and case_kind = $2 and case_id = $3 and digest = $4',
    [tx.tenant, kind, id, digest],
  );
  return rows[0]?.round;
}

/** A row as a record. */
export function toDecision(row: DecisionRow): StoredDecision {
  return {
    id: row.id,
    case: { kind: row.case_kind, id: row.case_id },
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
    shownRound: row.shown_round,
    comment: row.comment,
    frontDoor: row.front_door,
    registeredAt: row.registered_at,
  };
}
