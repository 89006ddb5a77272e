import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { sessionLimits } from '../../core/identity/session.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { listSessions, type SessionHashes } from './read.js';

/**
 * Records a code that begins a session of whoever the token belongs to.
 * @throws LIMIT_EXCEEDED when too many of this token wait to be used
 */
export async function createSignInCode(
  tx: Transaction,
  code: { readonly id: string; readonly codeHash: Digest; readonly tokenHash: Digest },
): Promise<void> {
  const rows = await tx.query(
    `insert into sign_in_codes (tenant_id, id, code_hash, token_hash)
     select $1, $2, $3::digest, $4::digest
      where (select count(*) from sign_in_codes c
              where c.tenant_id = $1 and c.token_hash = $4::digest
                and c.created_at > clock_timestamp() - $5 * interval '1 millisecond') < $6
     returning id`,
    [tx.tenant, code.id, code.codeHash, code.tokenHash, sessionLimits.codeMs, sessionLimits.codes],
  );
  if (rows.length === 0)
    throw new LanekeeperError('LIMIT_EXCEEDED', {
      message: 'too many browsers are being signed in',
      why: `${String(sessionLimits.codes)} codes of one token can wait to be used`,
      next: 'use one of the links, or try again in two minutes',
    });
}

/**
 * Begins the session of a code.
 * @returns its id
 * @throws UNAUTHENTICATED when the code is unknown, has been used, or is too old
 */
export async function beginSession(
  tx: Transaction,
  session: SessionHashes & { readonly codeHash: Digest; readonly browser: string },
): Promise<string> {
  const [code] = await tx.query<{ id: string; principal: string; is_over: boolean }>(
    `select c.id, t.principal,
            c.created_at < clock_timestamp() - $3 * interval '1 millisecond'
              or coalesce(t.expires_at <= clock_timestamp(), false) as is_over
       from sign_in_codes c join principal_tokens t on t.tenant_id = c.tenant_id and t.token_hash = c.token_hash
      where c.tenant_id = $1 and c.code_hash = $2`,
    [tx.tenant, session.codeHash, sessionLimits.codeMs],
  );
  if (code === undefined) throw refusedCode('it was never made here');
  if (code.is_over) throw refusedCode('it counts for two minutes');
  const rows = await tx.query(
    `insert into sessions (tenant_id, id, cookie_hash, page_hash, browser) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, id) do nothing returning id`,
    [tx.tenant, code.id, session.cookieHash, session.pageHash, session.browser],
  );
  if (rows.length === 0) throw refusedCode('it has been used already');
  await appendEvent(tx, {
    type: 'session.started',
    actor: code.principal,
    data: { session: code.id, principal: code.principal },
  });
  return code.id;
}

/** Records that its person does something. */
export async function markSeen(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    `update sessions set seen_at = clock_timestamp()
      where tenant_id = $1 and id = $2 and ended_at is null`,
    [tx.tenant, id],
  );
}

/** Records the public key that a browser has made. */
export async function offerKey(tx: Transaction, id: string, publicKeyPem: string): Promise<void> {
  await tx.query('update sessions set offered_key = $3 where tenant_id = $1 and id = $2', [
    tx.tenant,
    id,
    publicKeyPem,
  ]);
}

/**
 * Ends a session that counts.
 *
 * @param session.id its id, or a unique beginning of it
 * @param session.of whose sessions may be ended; undefined for everybody's
 * @throws NOT_FOUND, INVALID_INPUT when several are named
 */
export async function endSession(
  tx: Transaction,
  session: { readonly id: string; readonly of: string | undefined; readonly by: string },
): Promise<void> {
  const found = (await listSessions(tx, session.of)).filter(({ id }) => id.startsWith(session.id));
  const [one] = found;
  if (one === undefined || session.id === '')
    throw new LanekeeperError('NOT_FOUND', {
      message: `there is no session ${session.id}`,
      object: `session ${session.id}`,
      next: 'lane sessions list',
    });
  if (found.length > 1)
    throw new LanekeeperError('INVALID_INPUT', {
      message: `${session.id} names more than one session`,
      object: `session ${session.id}`,
      next: 'use more of its id',
    });
  await tx.query(
    'update sessions set ended_at = clock_timestamp(), ended_by = $3 where tenant_id = $1 and id = $2 and ended_at is null',
    [tx.tenant, one.id, session.by],
  );
  await appendEvent(tx, {
    type: 'session.ended',
    actor: session.by,
    data: { session: one.id, principal: one.principal },
  });
}

function refusedCode(why: string): LanekeeperError {
  return new LanekeeperError('UNAUTHENTICATED', {
    message: 'this code signs nobody in',
    why,
    next: 'lane dashboard',
  });
}
