import { type Digest, parseDigest } from '../digest.js';
import { LanekeeperError, messageOf } from '../errors.js';
import { parseName } from '../ids.js';

/** The digest of each tenant's installation, as it is pinned outside of the database. */
export type PolicyRoots = ReadonlyMap<string, Digest>;

/** The variable that carries them. */
export const policyRootsVariable = 'LANEKEEPER_POLICY_ROOTS';

/** Reads `tenant=sha256:…,tenant=sha256:…`. @throws CONFIGURATION */
export function parsePolicyRoots(text: string): PolicyRoots {
  const roots = new Map<string, Digest>();
  for (const part of text.split(',').filter((one) => one.trim() !== '')) {
    const [tenant = '', digest = ''] = part.trim().split('=');
    try {
      roots.set(parseName(tenant, 'tenant'), parseDigest(digest));
    } catch (error) {
      throw new LanekeeperError(
        'CONFIGURATION',
        {
          message: `${policyRootsVariable} is not what stack migrate says`,
          object: part.trim().slice(0, 200),
          why: messageOf(error),
          next: 'write it as default=sha256:…, with a comma between tenants',
        },
        { cause: error },
      );
    }
  }
  return roots;
}

/** The form in which processes are told. */
export function formatPolicyRoots(roots: PolicyRoots): string {
  return [...roots].map(([tenant, digest]) => `${tenant}=${digest}`).join(',');
}
