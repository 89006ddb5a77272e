import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';
import type { StoredKey, StoredPrincipal } from './read.js';

/** Adds a principal, or updates the display name, roles and addresses of an existing one. */
export async function enrolPrincipal(tx: Transaction, principal: StoredPrincipal): Promise<void> {
  await tx.query(
    `insert into principals (tenant_id, name, kind, display_name, roles, emails) values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, name) do update set display_name = excluded.display_name, roles = excluded.roles,
       emails = excluded.emails`,
    [tx.tenant, principal.name, principal.kind, principal.displayName, principal.roles, principal.emails],
  );
}

/** Enrols a public key. Repeating the same key changes nothing. */
export async function enrolKey(
  tx: Transaction,
  key: {
    readonly keyId: Digest;
    readonly principal: string;
    readonly purpose: StoredKey['purpose'];
    readonly publicKeyPem: string;
    readonly enrolledBy: string;
  },
): Promise<void> {
  await tx.query(
    `insert into principal_keys (tenant_id, key_id, principal, purpose, public_key_pem, enrolled_by)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (tenant_id, key_id) do nothing`,
    [tx.tenant, key.keyId, key.principal, key.purpose, key.publicKeyPem, key.enrolledBy],
  );
}

/** Enrols a bearer token by its hash. */
export async function enrolToken(
  tx: Transaction,
  token: { readonly tokenHash: Digest; readonly principal: string },
): Promise<void> {
  await tx.query(
    `insert into principal_tokens (tenant_id, token_hash, principal)
     values ($1, $2, $3) on conflict (tenant_id, token_hash) do nothing`,
    [tx.tenant, token.tokenHash, token.principal],
  );
}
