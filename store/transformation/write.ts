import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import type { TransformationSpec } from '../../core/transformation/model.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { registerTransformation } from './elements.js';
import { type StoredTransformation, toTransformation, transformationColumns, type TransformationRow } from './read.js';

/** A change that counts, with its statement. */
export interface NewTransformationChange {
  readonly name: string;
  /** The revision that it makes. */
  readonly revision: number;
  readonly verb: 'put' | 'retire';
  readonly spec: TransformationSpec;
  /** What changes, in words. */
  readonly words: readonly string[];
  readonly statementDigest: Digest;
  readonly principal: string;
  readonly keyId: Digest;
  readonly nonce: string;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/** Records a change and makes it the current content, with its products, elements and event. */
export async function changeTransformation(
  tx: Transaction,
  change: NewTransformationChange,
): Promise<StoredTransformation> {
  const { name, revision, verb, spec } = change;
  const content = canonicalJson(spec);
  const digest = digestOf(content);
  await tx.query(
    `insert into transformation_changes (tenant_id, name, revision, verb, statement_digest, content_digest, principal,
       key_id, nonce, words, signed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[tx.tenant, name, revision, verb, change.statementDigest, digest, change.principal],
      ...[change.keyId, change.nonce, change.words, change.signed],
    ],
  );
  const values = [tx.tenant, name, revision, verb === 'put' ? 'ACTIVE' : 'RETIRED', content, digest, change.principal];
  const [row] = await tx.query<TransformationRow>(
    revision === 1
      ? `insert into transformations as t (tenant_id, name, revision, state, content, content_digest, changed_by)
         values ($1, $2, $3, $4, $5, $6, $7) returning ${transformationColumns}`
      : `update transformations t set revision = $3, state = $4, content = $5, content_digest = $6, changed_by = $7
          where t.tenant_id = $1 and t.name = $2 returning ${transformationColumns}`,
    values,
  );
  await setProducts(tx, name, verb === 'put' ? spec.products : []);
  if (verb === 'put') await registerTransformation(tx, { name, revision, spec, digest });
  await appendEvent(tx, {
    type: verb === 'put' ? 'transformation.changed' : 'transformation.retired',
    actor: change.principal,
    data: { transformation: name, revision, words: change.words.slice(0, 5).join('; ') },
  });
  return toTransformation(row as TransformationRow);
}

async function setProducts(tx: Transaction, name: string, products: readonly string[]): Promise<void> {
  await tx.query('delete from transformation_products where tenant_id = $1 and name = $2 and product <> all ($3)', [
    ...[tx.tenant, name, products],
  ]);
  await tx.query(
    `insert into transformation_products (tenant_id, name, product)
     select $1, $2, p from unnest($3::text[]) as p on conflict do nothing`,
    [tx.tenant, name, products],
  );
}
