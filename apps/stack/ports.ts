import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../adapters/files/json-file.js';
import { isPortFree } from '../../adapters/network/free-port.js';

/** The ports of one stack, all on the loopback interface. Lanes get theirs from the router, above `laneBase`. */
export interface StackPorts {
  readonly api: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly postgres: number;
  /** From here on the router looks for a free port for each service of each lane. */
  readonly laneBase: number;
}

const names = ['api', 'temporal', 'temporalUi', 'postgres'] as const;
const defaultBase = 7400;
const laneOffset = 20;

/**
 * The ports of this data folder: those of the last time, unless a stranger listens on one; that one is replaced, and
 * said.
 * @param base first port to try, when asked for
 */
export async function choosePorts(
  dataDir: string,
  base: number | undefined,
  say: (text: string) => void,
): Promise<StackPorts> {
  const file = join(dataDir, 'ports.json');
  const kept = base === undefined ? readPorts(file) : undefined;
  const first = base ?? kept?.api ?? defaultBase;
  const taken = new Set<number>(kept === undefined ? [] : Object.values(kept));
  const chosen: Partial<Record<(typeof names)[number], number>> = {};
  for (const [index, name] of names.entries()) {
    const wanted = kept?.[name] ?? first + index;
    if ((await isPortFree(wanted)) && (kept !== undefined || !taken.has(wanted))) chosen[name] = wanted;
    else {
      chosen[name] = await nextFree(first + names.length, taken);
      if (kept !== undefined || base !== undefined)
        say(`port ${wanted} is taken by another program; ${name} moves to ${chosen[name]}`);
    }
    taken.add(chosen[name]);
  }
  const ports = {
    api: chosen.api ?? 0,
    temporal: chosen.temporal ?? 0,
    temporalUi: chosen.temporalUi ?? 0,
    postgres: chosen.postgres ?? 0,
    laneBase: kept?.laneBase ?? first + laneOffset,
  };
  writeJsonFile(file, ports);
  return ports;
}

async function nextFree(from: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = from; port < 65_536; port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no port is free from ${from} on`);
}

function readPorts(file: string): StackPorts | undefined {
  const value = readJsonFile(file);
  if (typeof value !== 'object' || value === null) return undefined;
  const valid = [...names, 'laneBase'].every((name) => Number.isInteger(Reflect.get(value, name)));
  return valid ? (value as StackPorts) : undefined;
}
