import { LanekeeperError } from '../errors.js';
import type { PolicySnapshot } from './model.js';

/**
 * A hotfix is judged by the gates that name its kind. Without one that can hold it, it would be a way around all of them: then there
 * is no hotfix path.
 *
 * @throws NO_HOTFIX_PATH
 */
export function requireHotfixPath({ kind, gates, policy, lane, product }: PolicySnapshot): void {
  if (kind !== 'HOTFIX' || gates.some(({ severity }) => severity === 'BLOCKING')) return;
  throw new LanekeeperError('NO_HOTFIX_PATH', {
    message: `there is no hotfix path into ${lane} of ${product}`,
    object: `lane ${product}/${lane}`,
    why: `policy ${policy} has no gate there that blocks hotfixes`,
    next: 'promote the bundle as usual, or give the policy gates with kinds: [HOTFIX]',
  });
}

/** Whether a product has no way of this kind into a lane, which is no mistake. */
export function hasNoPath({ code }: LanekeeperError): boolean {
  return code === 'UNKNOWN_LANE' || code === 'NO_HOTFIX_PATH';
}
