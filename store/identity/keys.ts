import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import type { StoredKey } from './read.js';

/** A public key to enrol. */
export interface NewKey {
  readonly keyId: Digest;
  readonly principal: string;
  readonly purpose: StoredKey['purpose'];
  readonly publicKeyPem: string;
  /** In a file, if absent. */
  readonly heldIn?: StoredKey['heldIn'] | undefined;
  readonly label?: string | undefined;
  /** Until when it counts; until it is revoked, if absent. */
  readonly validUntil?: Date | undefined;
  readonly by: string;
}

interface KeyOwner {
  readonly principal: string;
  readonly purpose: StoredKey['purpose'];
  readonly validUntil: Date | null;
}

/** Enrols a public key. Repeating it changes nothing. @throws CONFLICT when it is somebody else's, or has been revoked */
export async function enrolKey(tx: Transaction, key: NewKey): Promise<void> {
  const { keyId, principal, purpose, heldIn = 'file', label = '', by } = key;
  const rows = await tx.query(
    `insert into principal_keys (tenant_id, key_id, principal, purpose, public_key_pem, enrolled_by, held_in, label, valid_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, key_id) do nothing returning key_id`,
    [tx.tenant, keyId, principal, purpose, key.publicKeyPem, by, heldIn, label, key.validUntil ?? null],
  );
  if (rows.length > 0) {
    await appendEvent(tx, { type: 'principal-key.enrolled', actor: by, data: { keyId, principal, purpose } });
    return;
  }
  const known = await ownerOfKey(tx, keyId);
  const sameEnd = known.validUntil?.getTime() === key.validUntil?.getTime();
  if (known.principal === principal && known.purpose === purpose && sameEnd) return;
  throw new LanekeeperError('CONFLICT', {
    message: `key ${shortId(keyId)} cannot be enrolled`,
    object: `key ${shortId(keyId)}`,
    why:
      known.validUntil === null
        ? `it signs for ${known.principal} (${known.purpose}) already`
        : 'it was revoked, and a revoked key never counts again',
    next: 'create another key: lane keys create',
  });
}

/** Whose a key is. @throws NOT_FOUND */
export async function ownerOfKey(tx: Transaction, keyId: Digest): Promise<KeyOwner> {
  const [row] = await tx.query<{ principal: string; purpose: StoredKey['purpose']; valid_until: Date | null }>(
    'select principal, purpose, valid_until from principal_keys where tenant_id = $1 and key_id = $2',
    [tx.tenant, keyId],
  );
  if (row !== undefined) return { principal: row.principal, purpose: row.purpose, validUntil: row.valid_until };
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no key ${shortId(keyId)}`,
    object: `key ${shortId(keyId)}`,
    next: 'lane keys list',
  });
}

/**
 * Ends the validity of a key: what is registered from `since` on does not count, what was registered before still does.
 * @returns from when on it does not count
 * @throws CONFLICT when it ends as early already
 */
export async function revokeKey(
  tx: Transaction,
  key: { readonly keyId: Digest; readonly since: Date | undefined; readonly by: string; readonly reason: string },
): Promise<Date> {
  const { keyId, since, by, reason } = key;
  const { principal } = await ownerOfKey(tx, keyId);
  const [row] = await tx.query<{ valid_until: Date }>(
    `update principal_keys set valid_until = least(coalesce($3, clock_timestamp()), clock_timestamp())
      where tenant_id = $1 and key_id = $2
        and (valid_until is null or valid_until > least(coalesce($3, clock_timestamp()), clock_timestamp())) returning valid_until`,
    [tx.tenant, keyId, since ?? null],
  );
  if (row === undefined)
    throw new LanekeeperError('CONFLICT', {
      message: `key ${shortId(keyId)} is revoked already`,
      object: `key ${shortId(keyId)}`,
      next: 'lane keys list',
    });
  await appendEvent(tx, { type: 'principal-key.revoked', actor: by, data: { keyId, principal, reason } });
  return row.valid_until;
}
