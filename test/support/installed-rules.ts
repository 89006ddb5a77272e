import { join } from 'node:path';
import { PolicyBook } from '../../activities/policy/policy-book.js';
import { ensurePolicies } from '../../apps/stack/policies.js';
import type { PolicyRoots } from '../../core/governance/pins.js';
import { openDatabase } from '../../store/database.js';

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

/** The rules that are in force in a database, once they are installed. Whoever asks closes the database. */
export function rulesIn(databaseUrl: string, roots: PolicyRoots) {
  const database = openDatabase({ url: databaseUrl, maxConnections: 2 });
  return { rules: new PolicyBook(database, roots), close: () => database.close() };
}
