import type { Digest } from '../../core/digest.js';
import { sessionLimits } from '../../core/identity/session.js';
import type { Transaction } from '../database.js';
import { type PrincipalRow, principalColumns, type StoredPrincipal, toPrincipal } from '../identity/read.js';

/** The two halves of a session's secret, by their hashes. */
export interface SessionHashes {
  readonly cookieHash: Digest;
  readonly pageHash: Digest;
}

/** A session of a browser that counts. */
export interface StoredSession {
  readonly id: string;
  readonly principal: string;
  readonly browser: string;
  readonly createdAt: Date;
  readonly seenAt: Date;
  /** When it ends by itself if its person does nothing more. */
  readonly endsAt: Date;
}

/** What counts as a session, of `sessions s`: with its code, and a token that counts. `$2` and `$3` are its longest times. */
const counting = `
  sessions s
    join sign_in_codes c on c.tenant_id = s.tenant_id and c.id = s.id
    join principal_tokens t on t.tenant_id = c.tenant_id and t.token_hash = c.token_hash
   where s.tenant_id = $1 and s.ended_at is null
     and s.seen_at > clock_timestamp() - $2 * interval '1 millisecond'
     and s.created_at > clock_timestamp() - $3 * interval '1 millisecond'
     and (t.expires_at is null or t.expires_at > clock_timestamp())`;

const limits = [sessionLimits.idleMs, sessionLimits.totalMs] as const;

/** A session by its secret. */
export interface FoundSession {
  readonly session: string;
  readonly principal: StoredPrincipal;
  /** Whether it is time to record again that its person does something. */
  readonly isDue: boolean;
}

/** Whose session it is to which both halves of the secret belong, while it counts. */
export async function principalOfSession(
  tx: Transaction,
  { cookieHash, pageHash }: SessionHashes,
): Promise<FoundSession | undefined> {
  const rows = await tx.query<PrincipalRow & { session: string; is_due: boolean }>(
    `select found.session, found.is_due, ${principalColumns}
       from (select s.id as session, t.principal,
                    s.seen_at < clock_timestamp() - $6 * interval '1 millisecond' as is_due from ${counting} and s.cookie_hash = $4 and s.page_hash = $5) found
       join principals p on p.tenant_id = $1 and p.name = found.principal`,
    [tx.tenant, ...limits, cookieHash, pageHash, sessionLimits.seenEveryMs],
  );
  const row = rows[0];
  return row && { session: row.session, principal: toPrincipal(row), isDue: row.is_due };
}

/** The sessions that count, of one principal or of all, newest first. */
export async function listSessions(tx: Transaction, principal?: string): Promise<readonly StoredSession[]> {
  const rows = await tx.query<{
    id: string;
    principal: string;
    browser: string;
    created_at: Date;
    seen_at: Date;
    ends_at: Date;
  }>(
    `select s.id, t.principal, s.browser, s.created_at, s.seen_at,
            least(s.seen_at + $2 * interval '1 millisecond', s.created_at + $3 * interval '1 millisecond',
                  coalesce(t.expires_at, 'infinity')) as ends_at
       from ${counting} and ($4::text is null or t.principal = $4)
      order by s.created_at desc, s.id`,
    [tx.tenant, ...limits, principal ?? null],
  );
  return rows.map((row) => ({
    id: row.id,
    principal: row.principal,
    browser: row.browser,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    endsAt: row.ends_at,
  }));
}

/** What became of a code to sign in that was made with a token. */
export interface SignIn {
  readonly isOver: boolean;
  readonly session: { readonly browser: string; readonly offeredKey: string | null } | undefined;
}

/** What became of a code of a principal; undefined when they have no such code. */
export async function readSignIn(tx: Transaction, id: string, principal: string): Promise<SignIn | undefined> {
  const rows = await tx.query<{ is_over: boolean; browser: string | null; offered_key: string | null }>(
    `select c.created_at < clock_timestamp() - $4 * interval '1 millisecond' as is_over, s.browser, s.offered_key
       from sign_in_codes c
       join principal_tokens t on t.tenant_id = c.tenant_id and t.token_hash = c.token_hash
       left join sessions s on s.tenant_id = c.tenant_id and s.id = c.id
      where c.tenant_id = $1 and c.id = $2 and t.principal = $3`,
    [tx.tenant, id, principal, sessionLimits.codeMs],
  );
  const row = rows[0];
  return (
    row && {
      isOver: row.is_over,
      session: row.browser === null ? undefined : { browser: row.browser, offeredKey: row.offered_key },
    }
  );
}
