import type { Digest } from '../../core/digest.js';
import { type EnrolmentChange, wordsOfChange } from '../../core/enrolment/change.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { type EnrolmentRow, enrolmentColumns, type StoredEnrolment, toEnrolment } from './read.js';

/** A statement that counts, with its signature verified. */
export interface NewEnrolmentStatement {
  readonly statementDigest: Digest;
  readonly verb: 'request' | 'approve' | 'reject';
  readonly principal: string;
  readonly keyId: Digest;
  readonly nonce: string;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/** Opens an enrolment with the statement that asks for it. */
export async function openEnrolment(
  tx: Transaction,
  enrolment: { readonly change: EnrolmentChange; readonly needsSecond: boolean; readonly expiresAt: Date },
  request: NewEnrolmentStatement,
): Promise<StoredEnrolment> {
  const [row] = await tx.query<EnrolmentRow>(
    `insert into enrolments (tenant_id, id, change, needs_second, requested_by, expires_at)
     values ($1, $2, $3, $4, $5, $6) returning ${enrolmentColumns}`,
    [
      tx.tenant,
      request.statementDigest,
      JSON.stringify(enrolment.change),
      enrolment.needsSecond,
      request.principal,
      enrolment.expiresAt,
    ],
  );
  await recordStatement(tx, request.statementDigest, request);
  const stored = toEnrolment(row as EnrolmentRow);
  if (enrolment.needsSecond) await record(tx, 'enrolment.requested', stored, request.principal);
  return stored;
}

/** Records a statement about an enrolment. */
export async function recordStatement(tx: Transaction, enrolment: Digest, said: NewEnrolmentStatement): Promise<void> {
  await tx.query(
    `insert into enrolment_statements (tenant_id, statement_digest, enrolment_id, verb, principal, key_id, nonce, signed)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [tx.tenant, said.statementDigest, enrolment, said.verb, said.principal, said.keyId, said.nonce, said.signed],
  );
}

/** Records how an enrolment came out; a trigger wants the statements that it needs. */
export async function decideEnrolment(
  tx: Transaction,
  enrolment: StoredEnrolment,
  { state, by }: { readonly state: 'APPLIED' | 'REJECTED'; readonly by: string },
): Promise<StoredEnrolment> {
  const [row] = await tx.query<EnrolmentRow>(
    `update enrolments set state = $3, decided_by = $4, decided_at = clock_timestamp()
      where tenant_id = $1 and id = $2 returning ${enrolmentColumns}`,
    [tx.tenant, enrolment.id, state, by],
  );
  if (enrolment.needsSecond || state === 'REJECTED')
    await record(tx, state === 'APPLIED' ? 'enrolment.approved' : 'enrolment.rejected', enrolment, by);
  return toEnrolment(row as EnrolmentRow);
}

async function record(
  tx: Transaction,
  type: 'enrolment.requested' | 'enrolment.approved' | 'enrolment.rejected',
  { id, change }: StoredEnrolment,
  actor: string,
): Promise<void> {
  await appendEvent(tx, { type, actor, data: { enrolment: id, change: change.type, words: wordsOfChange(change) } });
}
