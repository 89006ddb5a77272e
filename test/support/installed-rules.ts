import { join } from 'node:path';
import { ensurePolicies } from '../../apps/stack/policies.js';
import type { PolicyRoots } from '../../core/governance/pins.js';

/** The policies that Lanekeeper brings. */
export const shippedPolicies = join(import.meta.dirname, '../../policies');

/**
 * Installs policies in the default tenant of a database, as a stack does when it starts for the first time.
 *
 * @param own a folder with policies in addition to those that Lanekeeper brings, or in their place
 * @returns what is pinned
 */
export function installPolicies(
  urls: { readonly enrolment: string },
  own: string = shippedPolicies,
  tenants: readonly string[] = ['default'],
): Promise<PolicyRoots> {
  const options = { databaseUrl: urls.enrolment, tenants, shipped: shippedPolicies, own, pinned: new Map() };
  return ensurePolicies(options);
}
