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

/** The revisions of a transformation, newest first. */
export async function listTransformationChanges(
  tx: Transaction,
  name: string,
  limit: number,
): Promise<readonly StoredTransformationChange[]> {
  return tx.query<Pick<StoredTransformationChange, keyof StoredTransformationChange>>(
    `select name, revision, verb, statement_digest as "statementDigest", principal, key_id as "keyId", words,
            registered_at as "registeredAt"
       from transformation_changes where tenant_id = $1 and name = $2 order by revision desc limit $3`,
    [tx.tenant, name, limit],
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
