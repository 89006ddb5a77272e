import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { Transaction } from '../database.js';

/** A person or machine that can act. */
export interface StoredPrincipal {
  readonly name: string;
  readonly kind: 'person' | 'machine';
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly emails: readonly string[];
}

/** A public key as enrolled: whose, for what, from when until when. */
export interface StoredKey {
  readonly keyId: Digest;
  readonly principal: string;
  readonly purpose: 'person' | 'build' | 'verification';
  readonly publicKeyPem: string;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly roles: readonly string[];
}

interface PrincipalRow {
  name: string;
  kind: 'person' | 'machine';
  display_name: string;
  roles: string[];
  emails: string[];
}

/** A principal by name. @throws UNKNOWN_PRINCIPAL */
export async function requirePrincipal(tx: Transaction, name: string): Promise<StoredPrincipal> {
  const rows = await tx.query<PrincipalRow>(
    'select name, kind, display_name, roles, emails from principals where tenant_id = $1 and name = $2',
    [tx.tenant, name],
  );
  if (rows[0] === undefined)
    throw new LanekeeperError('UNKNOWN_PRINCIPAL', { message: `${name} is not enrolled`, object: `principal ${name}` });
  return toPrincipal(rows[0]);
}

/** The principal behind a token, if the token is enrolled and has not expired. */
export async function principalOfToken(tx: Transaction, tokenHash: Digest): Promise<StoredPrincipal | undefined> {
  const rows = await tx.query<PrincipalRow>(
    `select p.name, p.kind, p.display_name, p.roles, p.emails
       from principal_tokens t join principals p on p.tenant_id = t.tenant_id and p.name = t.principal
      where t.tenant_id = $1 and t.token_hash = $2 and (t.expires_at is null or t.expires_at > now())`,
    [tx.tenant, tokenHash],
  );
  return rows[0] === undefined ? undefined : toPrincipal(rows[0]);
}

/** People whose enrolled addresses include this one. */
export async function principalsOfEmail(tx: Transaction, email: string): Promise<readonly string[]> {
  const rows = await tx.query<{ name: string }>(
    `select name
       from principals where tenant_id = $1 and lower($2) = any (select lower(e) from unnest(emails) e) order by name`,
    [tx.tenant, email],
  );
  return rows.map((row) => row.name);
}

/** Whether a key was valid at an instant; half-open. */
export function wasValid(key: Pick<StoredKey, 'validFrom' | 'validUntil'>, at: Date): boolean {
  return (
    key.validFrom.getTime() <= at.getTime() && (key.validUntil === null || at.getTime() < key.validUntil.getTime())
  );
}

/** All enrolled keys, with the roles of their principals. */
export async function enrolledKeys(tx: Transaction): Promise<readonly StoredKey[]> {
  const rows = await tx.query<{
    key_id: Digest;
    principal: string;
    purpose: StoredKey['purpose'];
    public_key_pem: string;
    valid_from: Date;
    valid_until: Date | null;
    roles: string[];
  }>(
    `select k.key_id, k.principal, k.purpose, k.public_key_pem, k.valid_from, k.valid_until, p.roles
       from principal_keys k join principals p on p.tenant_id = k.tenant_id and p.name = k.principal
      where k.tenant_id = $1`,
    [tx.tenant],
  );
  return rows.map((row) => ({
    keyId: row.key_id,
    principal: row.principal,
    purpose: row.purpose,
    publicKeyPem: row.public_key_pem,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    roles: row.roles,
  }));
}

function toPrincipal(row: PrincipalRow): StoredPrincipal {
  return { name: row.name, kind: row.kind, displayName: row.display_name, roles: row.roles, emails: row.emails };
}
