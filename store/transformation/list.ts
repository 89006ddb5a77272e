import type { Digest } from '../../core/digest.js';
import type { Transaction } from '../database.js';
import { type StoredTransformation, toTransformation, transformationColumns, type TransformationRow } from './read.js';

/** One revision of a transformation: who changed what. */
export interface StoredTransformationChange {
  readonly name: string;
  readonly revision: number;
  readonly verb: 'put' | 'retire';
  readonly statementDigest: Digest;
  readonly principal: string;
  readonly keyId: Digest;
  readonly words: readonly string[];
  readonly registeredAt: Date;
  /** The Sigstore bundle; empty if it was not asked for. */
  readonly signed: string;
}

/** Which revisions are listed. */
export interface ChangeFilter {
  readonly limit: number;
  /** Only those before this one; the newest if absent. */
  readonly before?: number | undefined;
  /** How many bytes of statements are wanted, of one change at least; none if absent. */
  readonly statements?: number | undefined;
}

/** Transformations that are not retired, newest first. @param product only those to which it belongs */
export async function listTransformations(
  tx: Transaction,
  { product, limit }: { readonly product: string | undefined; readonly limit: number },
): Promise<readonly StoredTransformation[]> {
  const rows = await tx.query<TransformationRow>(
    `select ${transformationColumns} from transformations t
      where t.tenant_id = $1 and t.state = 'ACTIVE' and ($2::text is null or exists (
        select 1 from transformation_products p where p.tenant_id = t.tenant_id and p.name = t.name and p.product = $2))
      order by t.changed_at desc, t.name limit $3`,
    [tx.tenant, product ?? null, limit],
  );
  return rows.map(toTransformation);
}

/** How many transformations are named to people. */
const maxNamed = 5;

/** The names of transformations that are not retired and name a profile, a few of them. */
export async function transformationsUnder(tx: Transaction, profile: string): Promise<readonly string[]> {
  const rows = await tx.query<{ name: string }>(
    `select name from transformations
      where tenant_id = $1 and state = 'ACTIVE' and content::json ->> 'profile' = $2 order by name limit $3`,
    [tx.tenant, profile, maxNamed],
  );
  return rows.map(({ name }) => name);
}

/** The revisions of a transformation, newest first. */
export async function listTransformationChanges(
  tx: Transaction,
  name: string,
  { limit, before, statements }: ChangeFilter,
): Promise<readonly StoredTransformationChange[]> {
  return tx.query<Pick<StoredTransformationChange, keyof StoredTransformationChange>>(
    `select name, revision, verb, statement_digest as "statementDigest", principal, key_id as "keyId", words,
            registered_at as "registeredAt", case when $5::bigint is null then '' else signed end as signed
       from (select *, sum(octet_length(signed)) over (order by revision desc) - octet_length(signed) as newer
               from (select * from transformation_changes
                      where tenant_id = $1 and name = $2 and ($4::int is null or revision < $4)
                      order by revision desc limit $3) listed) sized
      where $5::bigint is null or newer = 0 or newer + octet_length(signed) <= $5
      order by revision desc`,
    [tx.tenant, name, limit, before ?? null, statements ?? null],
  );
}

/** What changed in a transformation after a revision, oldest first. */
export async function changesSince(
  tx: Transaction,
  name: string,
  revision: number,
): Promise<readonly Pick<StoredTransformationChange, 'revision' | 'principal' | 'words'>[]> {
  return tx.query<{ revision: number; principal: string; words: string[] }>(
    `select revision, principal, words from transformation_changes
      where tenant_id = $1 and name = $2 and revision > $3 order by revision limit 5`,
    [tx.tenant, name, revision],
  );
}
