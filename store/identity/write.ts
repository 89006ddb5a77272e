import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredKey, StoredPrincipal } from './read.js';

/** Adds a principal, or updates the display name and roles of an existing one, which keeps its kind. */
export async function enrolPrincipal(tx: Transaction, principal: Omit<StoredPrincipal, 'addresses'>): Promise<void> {
  await tx.query(
    `insert into principals (tenant_id, name, kind, display_name, roles) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, name) do update set display_name = excluded.display_name, roles = excluded.roles`,
    [tx.tenant, principal.name, principal.kind, principal.displayName, principal.roles],
  );
}

/** Adds a principal without keys and roles. @throws CONFLICT when there is one of that name */
export async function addPrincipal(
  tx: Transaction,
  principal: Pick<StoredPrincipal, 'name' | 'kind' | 'displayName'> & { readonly by: string },
): Promise<void> {
  const { name, kind, displayName, by } = principal;
  const rows = await tx.query(
    `insert into principals (tenant_id, name, kind, display_name) values ($1, $2, $3, $4)
     on conflict do nothing returning name`,
    [tx.tenant, name, kind, displayName],
  );
  if (rows.length === 0)
    throw new LanekeeperError('CONFLICT', {
      message: `there is a principal ${name} already`,
      object: `principal ${name}`,
      next: `to link an address to it: lane principal link ADDRESS --to ${name}`,
    });
  await appendEvent(tx, { type: 'principal.added', actor: by, data: { principal: name, kind } });
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
