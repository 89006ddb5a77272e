import type { Lane } from '../../core/lanes.js';
import type { Transaction } from '../database.js';
import { listen } from '../listen.js';

// Switches are rare, so the lock that NOTIFY takes at commit does not matter.
const aliasChannel = 'lane_alias';

/** Notifies the router, on commit, that the alias of a lane was switched. */
export async function notifySwitch(
  tx: Transaction,
  lane: { readonly product: string; readonly lane: Lane },
): Promise<void> {
  await tx.query('select pg_notify($1, $2)', [aliasChannel, JSON.stringify([tx.tenant, lane.product, lane.lane])]);
}

/**
 * Listens for the switches in every tenant. What is sent while the connection is down is lost.
 *
 * @returns a function that stops listening
 */
export function listenForSwitches(
  url: string,
  onSwitch: (tenant: string, lane: { readonly product: string; readonly lane: string }) => void,
): () => Promise<void> {
  return listen(url, aliasChannel, (payload) => {
    const [tenant, product, lane] = parsePayload(payload);
    if (tenant !== undefined && product !== undefined && lane !== undefined) onSwitch(tenant, { product, lane });
  });
}

function parsePayload(payload: string): (string | undefined)[] {
  try {
    const value: unknown = JSON.parse(payload);
    return Array.isArray(value) ? value.map((part) => (typeof part === 'string' ? part : undefined)) : [];
  } catch {
    return [];
  }
}
