import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';

/** A pattern of repositories that a tenant releases from. */
export interface AllowedRepository {
  readonly pattern: string;
  readonly allowedBy: string;
  readonly allowedAt: Date;
}

/** The repositories that a tenant releases from, by pattern; none means all. */
export async function allowedRepositories(tx: Transaction): Promise<readonly AllowedRepository[]> {
  const rows = await tx.query<{ pattern: string; allowed_by: string; allowed_at: Date }>(
    'select pattern, allowed_by, allowed_at from tenant_repositories where tenant_id = $1 order by pattern',
    [tx.tenant],
  );
  return rows.map((row) => ({ pattern: row.pattern, allowedBy: row.allowed_by, allowedAt: row.allowed_at }));
}

/** The patterns alone. */
export async function repositoryPatterns(tx: Transaction): Promise<readonly string[]> {
  return (await allowedRepositories(tx)).map(({ pattern }) => pattern);
}

/** Allows a pattern of repositories. Repeating the call changes nothing. */
export async function allowRepository(tx: Transaction, pattern: string, by: string): Promise<void> {
  const rows = await tx.query(
    `insert into tenant_repositories (tenant_id, pattern, allowed_by) values ($1, $2, $3)
     on conflict (tenant_id, pattern) do nothing
     returning pattern`,
    [tx.tenant, pattern, by],
  );
  if (rows.length > 0) await appendEvent(tx, { type: 'repository.allowed', actor: by, data: { pattern } });
}

/** Takes a pattern back. Repeating the call changes nothing. */
export async function disallowRepository(tx: Transaction, pattern: string, by: string): Promise<void> {
  const rows = await tx.query(
    'delete from tenant_repositories where tenant_id = $1 and pattern = $2 returning pattern',
    [tx.tenant, pattern],
  );
  if (rows.length > 0) await appendEvent(tx, { type: 'repository.disallowed', actor: by, data: { pattern } });
}
