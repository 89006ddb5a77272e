import type { Digest } from '../../core/digest.js';
import { canonicalJson, digestOf } from '../../core/hash.js';
import { type Restriction, scopeOf } from '../../core/restriction/model.js';
import type { Transaction } from '../database.js';
import { appendEvent } from '../event/write.js';
import { restrictionColumns, type RestrictionRow, type StoredRestriction, toRestriction } from './read.js';

/** A change that counts, with its statement. */
export interface NewRestrictionChange {
  /** What it says after the change; what it said before, when it ends. */
  readonly restriction: Restriction;
  /** What was in force before; undefined where nothing was. */
  readonly was: Restriction | undefined;
  /** The revision that the change makes. */
  readonly revision: number;
  readonly verb: 'put' | 'retire';
  /** What changes, in words. */
  readonly words: string;
  readonly statementDigest: Digest;
  readonly principal: string;
  readonly keyId: Digest;
  readonly nonce: string;
  /** The Sigstore bundle. */
  readonly signed: string;
}

/** Records a change and makes it the current content, with its event. */
export async function changeRestriction(tx: Transaction, change: NewRestrictionChange): Promise<StoredRestriction> {
  const { restriction, was = restriction, revision, verb, principal, words } = change;
  const { kind, name, spec } = restriction;
  const content = canonicalJson(spec);
  const digest = digestOf(content);
  await tx.query(
    `insert into restriction_changes (tenant_id, kind, name, revision, verb, statement_digest, content_digest, principal,
       key_id, nonce, words, signed) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      ...[tx.tenant, kind, name, revision, verb, change.statementDigest, digest, principal],
      ...[change.keyId, change.nonce, words, change.signed],
    ],
  );
  const { products, lanes } = scopeOf(restriction);
  const [row] = await tx.query<RestrictionRow>(
    revision === 1
      ? `insert into restrictions as r (tenant_id, kind, name, revision, state, content, content_digest, changed_by,
           products, lanes) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${restrictionColumns}`
      : `update restrictions r set revision = $4, state = $5, content = $6, content_digest = $7, changed_by = $8,
           products = $9, lanes = $10
          where r.tenant_id = $1 and r.kind = $2 and r.name = $3 returning ${restrictionColumns}`,
    [
      ...[tx.tenant, kind, name, revision, verb === 'put' ? 'ACTIVE' : 'RETIRED', content, digest, principal],
      ...[products ?? null, lanes ?? null],
    ],
  );
  // It names a product only if it is about no other, before and after: what waits in those that it has left is woken, too.
  const [only, ...others] = new Set([products ?? [undefined], scopeOf(was).products ?? [undefined]].flat());
  await appendEvent(tx, {
    type: verb === 'put' ? 'restriction.put' : 'restriction.retired',
    actor: principal,
    ...(only !== undefined && others.length === 0 && { product: only }),
    ...(restriction.kind === 'recall' && { bundleDigest: restriction.spec.bundle }),
    data: { restriction: `${kind}/${name}`, revision, words },
  });
  return toRestriction(row as RestrictionRow);
}
