import { LanekeeperError } from '../../core/errors.js';
import { shortId } from '../../core/ids.js';
import { type Invoker, refuseStart, type WantedStart } from '../../core/restriction/refusals.js';
import type { Transaction } from '../database.js';
import { rolesOf } from '../identity/read.js';
import { restrictionsOn } from './read.js';

/**
 * Whether a promotion can be started now, by its windows and recalls.
 *
 * @param requester whoever asks; undefined where nobody is known
 * @throws BUNDLE_RECALLED, LANE_CLOSED
 */
export async function requireStartable(
  tx: Transaction,
  wanted: WantedStart,
  requester: string | undefined,
  now: Date,
): Promise<void> {
  const restrictions = await restrictionsOn(tx, wanted);
  if (restrictions.length === 0) return;
  const roles = requester === undefined ? undefined : (await rolesOf(tx, [requester])).get(requester);
  const invoker: Invoker = requester === undefined ? undefined : { name: requester, roles: roles ?? [] };
  const refusal = refuseStart(restrictions, wanted, invoker, now);
  if (refusal === undefined) return;
  const { product, lane, bundle } = wanted;
  throw new LanekeeperError(refusal.code, {
    message: `no promotion of ${shortId(bundle)} to ${lane} of ${product} can be started`,
    object: `bundle ${bundle}`,
    why: refusal.reason,
    next:
      refusal.code === 'BUNDLE_RECALLED'
        ? `promote another bundle: lane get bundles --product ${product}`
        : `lane window check ${product} --lane ${lane} --action request`,
  });
}
