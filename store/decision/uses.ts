import type { CaseKind, CaseRef } from '../../core/decision/case.js';
import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';

/** What a nonce of a person was used for. */
export interface StatementUse {
  readonly statementDigest: Digest;
  /** Null when the statement was to start something and was refused. */
  readonly case: CaseRef | null;
  readonly refusalCode: string | null;
  readonly refusalReason: string | null;
}

/** What a person has used a nonce for, if they have. */
export async function useOfNonce(tx: Transaction, principal: string, nonce: string): Promise<StatementUse | undefined> {
  const rows = await tx.query<{
    statement_digest: Digest;
    case_kind: CaseKind | null;
    case_id: string | null;
    refusal_code: string | null;
    refusal_reason: string | null;
  }>(
    `select statement_digest, case_kind, case_id, refusal_code, refusal_reason
       from statement_uses where tenant_id = $1 and principal = $2 and nonce = $3`,
    [tx.tenant, principal, nonce],
  );
  const row = rows[0];
  return row === undefined
    ? undefined
    : {
        statementDigest: row.statement_digest,
        case: row.case_kind === null || row.case_id === null ? null : { kind: row.case_kind, id: row.case_id },
        refusalCode: row.refusal_code,
        refusalReason: row.refusal_reason,
      };
}

/** Uses a nonce up, whether what it was for counts or is refused. Using it again changes nothing. */
export async function useNonce(
  tx: Transaction,
  use: StatementUse & { readonly principal: string; readonly nonce: string },
): Promise<void> {
  await tx.query(
    `insert into statement_uses (tenant_id, principal, nonce, statement_digest, case_kind, case_id, refusal_code,
       refusal_reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      ...[tx.tenant, use.principal, use.nonce, use.statementDigest, use.case?.kind ?? null, use.case?.id ?? null],
      ...[use.refusalCode, use.refusalReason],
    ],
  );
}
