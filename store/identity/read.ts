import type { Digest } from '../../core/digest.js';
import type { KeyHolder } from '../../core/enrolment/change.js';
import { LanekeeperError } from '../../core/errors.js';
import type { PrincipalKind } from '../../core/identity/principal-kind.js';
import type { Transaction } from '../database.js';

/** A human, agent or service that can act. */
export interface StoredPrincipal {
  readonly name: string;
  readonly kind: PrincipalKind;
  readonly displayName: string;
  readonly roles: readonly string[];
  /** Email addresses by which commits name it, in lower case. */
  readonly addresses: readonly string[];
}

/** A public key as enrolled: whose, for what, from when until when. */
export interface StoredKey {
  readonly keyId: Digest;
  readonly principal: string;
  readonly purpose: 'person' | 'build' | 'verification';
  readonly publicKeyPem: string;
  readonly validFrom: Date;
  readonly validUntil: Date | null;
  readonly enrolledBy: string;
  /** Where its private half is. */
  readonly heldIn: KeyHolder;
  readonly label: string;
  readonly principalKind: PrincipalKind;
  readonly roles: readonly string[];
}

/** A row of `principals`: what `principalColumns` selects. */
export interface PrincipalRow {
  name: string;
  kind: PrincipalKind;
  display_name: string;
  roles: string[];
  addresses: string[];
}

/** The columns of a `PrincipalRow`, of `principals p`. */
export const principalColumns = `p.name, p.kind, p.display_name, p.roles,
         array(select a.address from principal_addresses a
                where a.tenant_id = p.tenant_id and a.principal = p.name order by a.address) as addresses`;

/** A principal by name. @throws UNKNOWN_PRINCIPAL */
export async function requirePrincipal(tx: Transaction, name: string): Promise<StoredPrincipal> {
  const rows = await tx.query<PrincipalRow>(
    `select ${principalColumns} from principals p where p.tenant_id = $1 and p.name = $2`,
    [tx.tenant, name],
  );
  if (rows[0] === undefined)
    throw new LanekeeperError('UNKNOWN_PRINCIPAL', {
      message: `${name} is not enrolled`,
      object: `principal ${name}`,
      next: 'lane principal list shows who is; an operator adds somebody with lane principal add',
    });
  return toPrincipal(rows[0]);
}

/** The principal behind a token, if the token is enrolled and has not expired. */
export async function principalOfToken(tx: Transaction, tokenHash: Digest): Promise<StoredPrincipal | undefined> {
  const rows = await tx.query<PrincipalRow>(
    `select ${principalColumns}
       from principal_tokens t join principals p on p.tenant_id = t.tenant_id and p.name = t.principal
      where t.tenant_id = $1 and t.token_hash = $2 and (t.expires_at is null or t.expires_at > now())`,
    [tx.tenant, tokenHash],
  );
  return rows[0] === undefined ? undefined : toPrincipal(rows[0]);
}

/** Whether a key was valid at an instant; half-open. */
export function wasValid(key: Pick<StoredKey, 'validFrom' | 'validUntil'>, at: Date): boolean {
  return (
    key.validFrom.getTime() <= at.getTime() && (key.validUntil === null || at.getTime() < key.validUntil.getTime())
  );
}

/** The keys of a principal that count at an instant. */
export function validKeysOf(keys: readonly StoredKey[], principal: string, at: Date): readonly StoredKey[] {
  return keys.filter((key) => key.principal === principal && wasValid(key, at));
}

/** All enrolled keys, with the roles of their principals, oldest first. */
export async function enrolledKeys(tx: Transaction): Promise<readonly StoredKey[]> {
  const rows = await tx.query<{
    key_id: Digest;
    principal: string;
    purpose: StoredKey['purpose'];
    public_key_pem: string;
    valid_from: Date;
    valid_until: Date | null;
    enrolled_by: string;
    held_in: KeyHolder;
    label: string;
    kind: PrincipalKind;
    roles: string[];
  }>(
    `select k.key_id, k.principal, k.purpose, k.public_key_pem, k.valid_from, k.valid_until, k.enrolled_by,
            k.held_in, k.label, p.kind, p.roles
       from principal_keys k join principals p on p.tenant_id = k.tenant_id and p.name = k.principal
      where k.tenant_id = $1 order by k.valid_from, k.key_id`,
    [tx.tenant],
  );
  return rows.map((row) => ({
    keyId: row.key_id,
    principal: row.principal,
    purpose: row.purpose,
    publicKeyPem: row.public_key_pem,
    validFrom: row.valid_from,
    validUntil: row.valid_until,
    enrolledBy: row.enrolled_by,
    heldIn: row.held_in,
    label: row.label,
    principalKind: row.kind,
    roles: row.roles,
  }));
}

/** A row as a record. */
export function toPrincipal(row: PrincipalRow): StoredPrincipal {
  return { name: row.name, kind: row.kind, displayName: row.display_name, roles: row.roles, addresses: row.addresses };
}

/** The roles of people and machines, by their names. */
export async function rolesOf(
  tx: Transaction,
  names: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await tx.query<{ name: string; roles: string[] }>(
    'select name, roles from principals where tenant_id = $1 and name = any ($2)',
    [tx.tenant, names],
  );
  return new Map(rows.map(({ name, roles }) => [name, roles]));
}
