import type { Digest } from '../../core/digest.js';
import type { Lane } from '../../core/lanes.js';
import type { RestrictionKey, RestrictionKind } from '../../core/restriction/model.js';
import type { Transaction } from '../database.js';
import { restrictionColumns, type RestrictionRow, type StoredRestriction, toRestriction } from './read.js';

/** Which restrictions are listed. */
export interface RestrictionFilter {
  readonly kind?: RestrictionKind | undefined;
  /** Only those that may concern it. */
  readonly product?: string | undefined;
  readonly lane?: Lane | undefined;
  /** Whether those that have ended are wanted, too. */
  readonly ended: boolean;
  /** Only those after this one. */
  readonly after?: RestrictionKey | undefined;
  readonly limit: number;
}

/** Restrictions by kind and name. */
export async function listRestrictions(
  tx: Transaction,
  { kind, product, lane, ended, after, limit }: RestrictionFilter,
): Promise<readonly StoredRestriction[]> {
  const rows = await tx.query<RestrictionRow>(
    `select ${restrictionColumns} from restrictions r
      where r.tenant_id = $1 and ($2::text is null or r.kind = $2) and ($3 or r.state = 'ACTIVE')
        and ($4::text is null or r.products is null or $4 = any (r.products))
        and ($5::text is null or r.lanes is null or $5 = any (r.lanes))
        and ($6::text is null or (r.kind, r.name) > ($6, $7))
      order by r.kind, r.name limit $8`,
    [tx.tenant, kind ?? null, ended, product ?? null, lane ?? null, after?.kind ?? null, after?.name ?? null, limit],
  );
  return rows.map(toRestriction);
}

/** One revision of a restriction: who changed what. */
export interface StoredRestrictionChange {
  readonly revision: number;
  readonly verb: 'put' | 'retire';
  readonly statementDigest: Digest;
  readonly principal: string;
  readonly keyId: Digest;
  readonly words: string;
  readonly registeredAt: Date;
  /** The Sigstore bundle; empty if it was not asked for. */
  readonly signed: string;
}

/** The revisions of a restriction, newest first. @param before only those before this one; the newest if absent */
export async function listRestrictionChanges(
  tx: Transaction,
  { kind, name }: RestrictionKey,
  {
    limit,
    before,
    statements,
  }: { readonly limit: number; readonly before?: number | undefined; readonly statements: boolean },
): Promise<readonly StoredRestrictionChange[]> {
  return tx.query<Pick<StoredRestrictionChange, keyof StoredRestrictionChange>>(
    `select revision, verb, statement_digest as "statementDigest", principal, key_id as "keyId", words,
            registered_at as "registeredAt", case when $5 then signed else '' end as signed
       from restriction_changes
      where tenant_id = $1 and kind = $2 and name = $3 and ($4::int is null or revision < $4)
      order by revision desc limit $6`,
    [tx.tenant, kind, name, before ?? null, statements, limit],
  );
}
