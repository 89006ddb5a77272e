import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** A bearer token as it is stored: by its hash. */
export interface StoredToken {
  readonly tokenHash: Digest;
  readonly principal: string;
  readonly label: string;
  /** Null for the tokens of a development stack. */
  readonly createdBy: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
}

/** Enrols a token of a development stack by its hash, unless it is known. */
export async function ensureToken(
  tx: Transaction,
  token: { readonly tokenHash: Digest; readonly principal: string },
): Promise<void> {
  await tx.query(
    `insert into principal_tokens (tenant_id, token_hash, principal)
     values ($1, $2, $3) on conflict (tenant_id, token_hash) do nothing`,
    [tx.tenant, token.tokenHash, token.principal],
  );
}

/** Enrols a token by its hash. @throws CONFLICT when it is known */
export async function createToken(
  tx: Transaction,
  token: Omit<StoredToken, 'createdAt' | 'createdBy' | 'expiresAt'> & { readonly expiresAt: Date; readonly by: string },
): Promise<void> {
  const { tokenHash, principal, label, expiresAt, by } = token;
  const rows = await tx.query(
    `insert into principal_tokens (tenant_id, token_hash, principal, label, expires_at, created_by)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning token_hash`,
    [tx.tenant, tokenHash, principal, label, expiresAt, by],
  );
  if (rows.length === 0)
    throw new LanekeeperError('CONFLICT', { message: 'this token is known already', next: 'lane token create' });
  await appendEvent(tx, {
    type: 'token.created',
    actor: by,
    data: { token: tokenHash, principal, label, expiresAt: expiresAt.toISOString() },
  });
}

/** Whose a token is. @throws NOT_FOUND */
export async function ownerOfToken(tx: Transaction, tokenHash: Digest): Promise<string> {
  const [row] = await tx.query<{ principal: string }>(
    'select principal from principal_tokens where tenant_id = $1 and token_hash = $2',
    [tx.tenant, tokenHash],
  );
  if (row !== undefined) return row.principal;
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no token ${shortId(tokenHash)}`,
    object: `token ${shortId(tokenHash)}`,
    next: 'lane token list',
  });
}

/** Ends a token now. @throws NOT_FOUND, CONFLICT when it has ended */
export async function revokeToken(
  tx: Transaction,
  token: { readonly tokenHash: Digest; readonly by: string; readonly reason: string },
): Promise<void> {
  const { tokenHash, by, reason } = token;
  const principal = await ownerOfToken(tx, tokenHash);
  const rows = await tx.query(
    `update principal_tokens set expires_at = clock_timestamp()
      where tenant_id = $1 and token_hash = $2 and (expires_at is null or expires_at > clock_timestamp()) returning token_hash`,
    [tx.tenant, tokenHash],
  );
  if (rows.length === 0)
    throw new LanekeeperError('CONFLICT', {
      message: `token ${shortId(tokenHash)} has ended already`,
      object: `token ${shortId(tokenHash)}`,
      next: 'lane token list',
    });
  await appendEvent(tx, { type: 'token.revoked', actor: by, data: { token: tokenHash, principal, reason } });
}

/** The tokens that count, of one principal or of all, newest first. */
export async function listTokens(tx: Transaction, principal?: string): Promise<readonly StoredToken[]> {
  const rows = await tx.query<{
    token_hash: Digest;
    principal: string;
    label: string;
    created_by: string | null;
    created_at: Date;
    expires_at: Date | null;
  }>(
    `select token_hash, principal, label, created_by, created_at, expires_at from principal_tokens
      where tenant_id = $1 and ($2::text is null or principal = $2)
        and (expires_at is null or expires_at > clock_timestamp())
      order by created_at desc, token_hash`,
    [tx.tenant, principal ?? null],
  );
  return rows.map((row) => ({
    tokenHash: row.token_hash,
    principal: row.principal,
    label: row.label,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));
}
