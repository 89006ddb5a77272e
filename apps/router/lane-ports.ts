import { isPortFree } from '../../adapters/network/free-port.js';
import { type AliasService, type LaneKey, laneTargets } from '../../store/alias/read.js';
import { claimPort } from '../../store/alias/write.js';
import type { Database } from '../../store/database.js';

/**
 * The port of each routed service of a lane: the one already assigned, or a new one that it keeps from now on.
 *
 * @param base where the search for a new port begins
 */
export async function lanePorts(
  database: Database,
  key: LaneKey,
  services: readonly AliasService[],
  base: number,
): Promise<ReadonlyMap<string, number>> {
  const targets = await database.transaction(key.tenant, (tx) => laneTargets(tx, key.product, key.lane));
  const known = new Map(targets.map(({ service, port }) => [service, port]));
  for (const { name } of services.filter((service) => service.route && !known.has(service.name))) {
    for (let port = base; !known.has(name) && port < 65_536; port += 1) {
      if (!(await isPortFree(port))) continue;
      if (await database.transaction(key.tenant, (tx) => claimPort(tx, key, name, port))) known.set(name, port);
    }
  }
  return known;
}
