import type { DocumentKind, VersionStanding } from '../../core/governance/document.js';
import type { Transaction } from '../database.js';
import { type StoredVersion, toVersion, versionColumns, type VersionRow, versionStanding } from './read.js';

/** Which versions are listed. */
export interface VersionFilter {
  readonly kind?: DocumentKind | undefined;
  readonly name?: string | undefined;
  readonly states?: readonly VersionStanding[] | undefined;
  readonly limit: number;
}

/** Versions of documents, the newest first. */
export async function listVersions(
  tx: Transaction,
  { kind, name, states, limit }: VersionFilter,
): Promise<readonly StoredVersion[]> {
  const rows = await tx.query<VersionRow>(
    `select ${versionColumns} from policy_versions
      where tenant_id = $1 and ($2::text is null or kind = $2) and ($3::text is null or name = $3)
        and ($4::text[] is null or ${versionStanding} = any ($4))
      order by greatest(drafted_at, submitted_at, published_at, retired_at) desc, digest limit $5`,
    [tx.tenant, kind ?? null, name ?? null, states ?? null, limit],
  );
  return rows.map(toVersion);
}
