import { LanekeeperError } from '../../core/errors.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** A key that signs commits, as enrolled. */
export interface StoredCommitKey {
  /** `SHA256:…` of an SSH key, 40 hex digits of an OpenPGP key: what git shows. */
  readonly fingerprint: string;
  readonly principal: string;
  readonly format: 'ssh' | 'openpgp';
  /** A line of `authorized_keys`, or an OpenPGP key in ASCII armour. */
  readonly publicKey: string;
  readonly enrolledBy: string;
  readonly enrolledAt: Date;
  readonly revokedAt: Date | null;
}

interface CommitKeyRow {
  fingerprint: string;
  principal: string;
  format: StoredCommitKey['format'];
  public_key: string;
  enrolled_by: string;
  enrolled_at: Date;
  revoked_at: Date | null;
}

/** All keys that sign commits, revoked ones too. */
export async function commitKeys(tx: Transaction): Promise<readonly StoredCommitKey[]> {
  const rows = await tx.query<CommitKeyRow>(
    `select fingerprint, principal, format, public_key, enrolled_by, enrolled_at, revoked_at
       from commit_keys where tenant_id = $1 order by principal, enrolled_at, fingerprint`,
    [tx.tenant],
  );
  return rows.map((row) => ({
    fingerprint: row.fingerprint,
    principal: row.principal,
    format: row.format,
    publicKey: row.public_key,
    enrolledBy: row.enrolled_by,
    enrolledAt: row.enrolled_at,
    revokedAt: row.revoked_at,
  }));
}

/** Enrols a key. Repeating the call changes nothing. @throws CONFLICT when it belongs to somebody else or was revoked */
export async function enrolCommitKey(
  tx: Transaction,
  key: Pick<StoredCommitKey, 'fingerprint' | 'principal' | 'format' | 'publicKey'> & { readonly by: string },
): Promise<void> {
  const { fingerprint, principal, format } = key;
  const inserted = await tx.query(
    `insert into commit_keys (tenant_id, fingerprint, principal, format, public_key, enrolled_by)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning fingerprint`,
    [tx.tenant, fingerprint, principal, format, key.publicKey, key.by],
  );
  if (inserted.length > 0) {
    await appendEvent(tx, { type: 'commit-key.enrolled', actor: key.by, data: { fingerprint, principal, format } });
    return;
  }
  const known = (await commitKeys(tx)).find((one) => one.fingerprint === fingerprint);
  if (known?.principal === principal && known.revokedAt === null) return;
  throw new LanekeeperError('CONFLICT', {
    message: `key ${fingerprint} cannot be enrolled`,
    object: `key ${fingerprint}`,
    why: known?.revokedAt === null ? `it belongs to ${known.principal}` : 'it was revoked',
    next: 'enrol another key',
  });
}

/** Whose a key is. @throws NOT_FOUND */
export async function ownerOfCommitKey(tx: Transaction, fingerprint: string): Promise<string> {
  const found = (await commitKeys(tx)).find((one) => one.fingerprint === fingerprint);
  if (found !== undefined) return found.principal;
  throw new LanekeeperError('NOT_FOUND', {
    message: `there is no key ${fingerprint} that signs commits`,
    object: `key ${fingerprint}`,
    next: 'lane keys list',
  });
}

/** Revokes a key: signatures in releases that are registered from now on do not count. @throws NOT_FOUND, CONFLICT when it is revoked already */
export async function revokeCommitKey(
  tx: Transaction,
  key: { readonly fingerprint: string; readonly by: string; readonly reason: string },
): Promise<void> {
  const { fingerprint, reason } = key;
  const principal = await ownerOfCommitKey(tx, fingerprint);
  const rows = await tx.query(
    `update commit_keys set revoked_at = clock_timestamp()
      where tenant_id = $1 and fingerprint = $2 and revoked_at is null returning fingerprint`,
    [tx.tenant, fingerprint],
  );
  if (rows.length === 0)
    throw new LanekeeperError('CONFLICT', {
      message: `key ${fingerprint} is revoked already`,
      object: `key ${fingerprint}`,
      next: 'lane keys list',
    });
  await appendEvent(tx, { type: 'commit-key.revoked', actor: key.by, data: { fingerprint, principal, reason } });
}
