import type { Refusal } from '../decision/check.js';
import type { Signer } from '../enrolment/rules.js';

/** Who may put or retire a transformation: it decides how strict policies are. */
const roles = ['release-manager', 'operator', 'product-owner'];

/** Why somebody may not change a transformation; undefined when they may. */
export function refuseTransformation({ name, kind, roles: own, keyHeldIn }: Signer): Refusal | undefined {
  if (kind !== 'human') return { code: 'PERMISSION_DENIED', reason: `${name} is no human` };
  if (keyHeldIn !== 'file')
    return {
      code: 'PERMISSION_DENIED',
      reason: 'a key in a browser changes no transformation: sign with a key in a file',
    };
  if (own.some((role) => roles.includes(role))) return undefined;
  return { code: 'ROLE_MISSING', reason: `${name} has none of the roles ${roles.join(', ')}` };
}
