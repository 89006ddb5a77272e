import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';

/**
 * Demands that a promotion holds its lane with this token. Locks the lane until the transaction ends.
 *
 * @throws STALE_FENCING_TOKEN
 */
export async function requireHold(
  tx: Transaction,
  promotion: { readonly id: string; readonly product: string; readonly lane: Lane },
  fencingToken: number | undefined,
): Promise<void> {
  const rows = await tx.query<{ holder_promotion_id: string | null; fencing_token: number }>(
    'select holder_promotion_id, fencing_token from lanes where tenant_id = $1 and product = $2 and lane = $3 for update',
    [tx.tenant, promotion.product, promotion.lane],
  );
  const lane = rows[0];
  if (lane?.holder_promotion_id === promotion.id && lane.fencing_token === fencingToken) return;
  throw new LanekeeperError('STALE_FENCING_TOKEN', {
    message: `promotion ${shortId(promotion.id)} does not hold ${promotion.lane} of ${promotion.product}`,
    object: `lane ${promotion.product}/${promotion.lane}`,
    why: `it came with fencing token ${fencingToken ?? 'none'}; the lane is at ${lane?.fencing_token ?? 0}`,
    next: `lane status ${promotion.product}`,
  });
}
