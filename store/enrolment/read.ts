import type { Digest } from '../../core/digest.js';
import type { EnrolmentChange } from '../../core/enrolment/change.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';

/** A change of who is who that somebody has asked for. */
export interface StoredEnrolment {
  /** The digest of the statement that asks for it. */
  readonly id: Digest;
  readonly change: EnrolmentChange;
  /** Whether another operator has to approve it. */
  readonly needsSecond: boolean;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  /** Until when it can be approved. */
  readonly expiresAt: Date;
  readonly state: 'PENDING' | 'APPLIED' | 'REJECTED';
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
}

/** A statement that counted, as it was signed. */
export interface StoredEnrolmentStatement {
  readonly enrolment: Digest;
  readonly verb: 'request' | 'approve' | 'reject';
  readonly principal: string;
  readonly keyId: Digest;
  readonly registeredAt: Date;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/** A row of `enrolments`: what `enrolmentColumns` selects. */
export interface EnrolmentRow {
  id: Digest;
  change: EnrolmentChange;
  needs_second: boolean;
  requested_by: string;
  requested_at: Date;
  expires_at: Date;
  state: StoredEnrolment['state'];
  decided_by: string | null;
  decided_at: Date | null;
}

/** The columns of an `EnrolmentRow`. */
export const enrolmentColumns =
  'id, change, needs_second, requested_by, requested_at, expires_at, state, decided_by, decided_at';

/**
 * Lets one transaction of a tenant at a time say who is who: what one has read, no other changes until it has committed.
 * Such changes are rare, and quick.
 */
export async function enrolInTurn(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`enrolment ${tx.tenant}`]);
}

/** An enrolment. @throws NOT_FOUND */
export async function requireEnrolment(tx: Transaction, id: Digest): Promise<StoredEnrolment> {
  const [row] = await tx.query<EnrolmentRow>(
    `select ${enrolmentColumns} from enrolments where tenant_id = $1 and id = $2`,
    [tx.tenant, id],
  );
  if (row !== undefined) return toEnrolment(row);
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no enrolment ${shortId(id)}`,
    object: `enrolment ${shortId(id)}`,
    next: 'lane enrolment list',
  });
}

/** The enrolment for which a statement was recorded, if it was. */
export async function enrolmentOfStatement(tx: Transaction, statement: Digest): Promise<StoredEnrolment | undefined> {
  const [row] = await tx.query<EnrolmentRow>(
    `select ${enrolmentColumns} from enrolments
      where tenant_id = $1 and id = (
        select enrolment_id from enrolment_statements where tenant_id = $1 and statement_digest = $2)`,
    [tx.tenant, statement],
  );
  return row && toEnrolment(row);
}

/** Whether somebody has used a nonce. */
export async function isNonceUsed(tx: Transaction, principal: string, nonce: string): Promise<boolean> {
  const rows = await tx.query(
    'select 1 from enrolment_statements where tenant_id = $1 and principal = $2 and nonce = $3',
    [tx.tenant, principal, nonce],
  );
  return rows.length > 0;
}

/** How much somebody has asked for, and how much waits for a second operator. */
export interface EnrolmentCounts {
  /** What waits and has not expired, in all and of this person. */
  readonly waiting: number;
  readonly ownWaiting: number;
  /** What this person has asked for within a day. */
  readonly ownToday: number;
}

/** Counts the enrolments of a person, and those that wait. */
export async function countEnrolments(tx: Transaction, requestedBy: string): Promise<EnrolmentCounts> {
  const [row] = await tx.query<{ waiting: number; own_waiting: number; own_today: number }>(
    `select count(*)::int as waiting, count(*) filter (where requested_by = $2)::int as own_waiting,
            (select count(*)::int from enrolments
              where tenant_id = $1 and requested_by = $2 and requested_at > clock_timestamp() - interval '1 day') as own_today
       from enrolments where tenant_id = $1 and state = 'PENDING' and expires_at > clock_timestamp()`,
    [tx.tenant, requestedBy],
  );
  return { waiting: row?.waiting ?? 0, ownWaiting: row?.own_waiting ?? 0, ownToday: row?.own_today ?? 0 };
}

/** The statements of enrolments, as they were signed, oldest first. */
export async function statementsOf(
  tx: Transaction,
  enrolments: readonly Digest[],
): Promise<readonly StoredEnrolmentStatement[]> {
  return tx.query<Pick<StoredEnrolmentStatement, keyof StoredEnrolmentStatement>>(
    `select ${statementColumns} from enrolment_statements
      where tenant_id = $1 and enrolment_id = any ($2) order by registered_at, statement_digest`,
    [tx.tenant, enrolments],
  );
}

const statementColumns =
  'enrolment_id as enrolment, verb, principal, key_id as "keyId", registered_at as "registeredAt", signed';

/** The changes that count and that a key asked for or approved at an instant or after it, newest first. */
export async function changesSignedSince(
  tx: Transaction,
  { keyId, since }: { readonly keyId: Digest; readonly since: Date },
): Promise<readonly EnrolmentChange[]> {
  const rows = await tx.query<{ change: EnrolmentChange }>(
    `select e.change from enrolments e join enrolment_statements s on s.tenant_id = e.tenant_id and s.enrolment_id = e.id
      where e.tenant_id = $1 and e.state = 'APPLIED' and s.key_id = $2 and s.registered_at >= $3
      order by e.decided_at desc, e.id`,
    [tx.tenant, keyId, since],
  );
  return rows.map(({ change }) => change);
}

/** The changes that wait for a second operator. */
export async function waitingChanges(tx: Transaction): Promise<readonly EnrolmentChange[]> {
  const rows = await tx.query<{ change: EnrolmentChange }>(
    `select change from enrolments where tenant_id = $1 and state = 'PENDING' and expires_at > clock_timestamp()`,
    [tx.tenant],
  );
  return rows.map(({ change }) => change);
}

/** A row as a record. */
export function toEnrolment(row: EnrolmentRow): StoredEnrolment {
  return {
    id: row.id,
    change: row.change,
    needsSecond: row.needs_second,
    requestedBy: row.requested_by,
    requestedAt: row.requested_at,
    expiresAt: row.expires_at,
    state: row.state,
    decidedBy: row.decided_by,
    decidedAt: row.decided_at,
  };
}
