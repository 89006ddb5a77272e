import type { Lane } from '../../core/lanes.js';
import type { PromotionPhase } from '../../core/promotion/state.js';
import type { Transaction } from '../database.js';
import { growsWithData } from '../prepared.js';

/** Something that a text names. */
export interface Found {
  readonly kind: 'product' | 'bundle' | 'promotion';
  readonly id: string;
  readonly product: string;
  readonly subject: string | null;
  readonly revision: string | null;
  readonly lane: Lane | null;
  readonly state: PromotionPhase | null;
}

/** How many of each kind are found at most. */
const limit = 8;

/**
 * What a text names: products by the beginning of their names, bundles by that of their digest or revision, promotions by the
 * beginning or the end of their ids, or by what their bundle is found by.
 */
export async function search(tx: Transaction, text: string): Promise<readonly Found[]> {
  const wanted = text.toLowerCase();
  return tx.query<Found>(
    `(select 'product' as kind, name as id, name as product, null as subject, null as revision, null::text as lane, null as state
        from products where tenant_id = $1 and starts_with(name, $2) order by name limit $4)
     union all
     (select 'bundle', digest, product, subject, revision, null, null
        from bundles where tenant_id = $1 and (starts_with(digest, $3) or starts_with(revision, $2))
       order by sealed_at desc, digest limit $4)
     union all
     (select 'promotion', p.id, p.product, null, b.revision, p.lane, p.state
        from promotions p left join bundles b on b.tenant_id = p.tenant_id and b.digest = p.bundle_digest
       where p.tenant_id = $1
         and (starts_with(p.id, $2) or right(p.id, length($2)) = $2 or starts_with(p.bundle_digest, $3) or starts_with(b.revision, $2))
       order by p.created_at desc, p.id limit $4)`,
    [tx.tenant, wanted, `sha256:${wanted.replace(/^sha256:/, '')}`, limit],
    growsWithData,
  );
}
