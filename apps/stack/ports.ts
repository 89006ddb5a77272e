import { join } from 'node:path';
import { readJsonFile, writeJsonFile } from '../../adapters/files/json-file.js';
import { isPortFree } from '../../adapters/network/free-port.js';

/** The ports of one stack, all on the loopback interface. Lanes get theirs from the router, from `laneBase` upwards. */
export interface StackPorts {
  readonly api: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly postgres: number;
  readonly enrolment: number;
  /** The router looks for a free port for each service of each lane from here upwards. */
  readonly laneBase: number;
}

const names = ['api', 'temporal', 'temporalUi', 'postgres', 'enrolment'] as const;
/** Those that data folders from before have no port for. */
const later: readonly string[] = ['enrolment'];
const defaultBase = 7400;
const laneOffset = 20;

/**
 * The ports of this data folder: the same as last time, except that a port in use by another program is replaced, which
 * is logged.
 * @param base first port to try, when specified
 */
export async function choosePorts(
  dataDir: string,
  base: number | undefined,
  log: (text: string) => void,
): Promise<StackPorts> {
  const file = join(dataDir, 'ports.json');
  const previous = base === undefined ? readPorts(file) : undefined;
  const first = base ?? previous?.api ?? defaultBase;
  const taken = new Set<number>(previous === undefined ? [] : Object.values(previous));
  const chosen: Partial<Record<(typeof names)[number], number>> = {};
  for (const [index, name] of names.entries()) {
    const kept = previous?.[name];
    const preferred = kept ?? first + index;
    if ((await isPortFree(preferred)) && (kept !== undefined || !taken.has(preferred))) chosen[name] = preferred;
    else {
      chosen[name] = await nextFree(first + names.length, taken);
      if (kept !== undefined || base !== undefined)
        log(`port ${preferred} is in use by another program; ${name} moves to ${chosen[name]}`);
    }
    taken.add(chosen[name]);
  }
  const ports = {
    api: chosen.api ?? 0,
    temporal: chosen.temporal ?? 0,
    temporalUi: chosen.temporalUi ?? 0,
    postgres: chosen.postgres ?? 0,
    enrolment: chosen.enrolment ?? 0,
    laneBase: previous?.laneBase ?? first + laneOffset,
  };
  writeJsonFile(file, ports);
  return ports;
}

async function nextFree(from: number, taken: ReadonlySet<number>): Promise<number> {
  for (let port = from; port < 65_536; port += 1) {
    if (!taken.has(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`there is no free port from ${from} upwards`);
}

type KnownPorts = Omit<StackPorts, 'enrolment'> & Partial<Pick<StackPorts, 'enrolment'>>;

function readPorts(file: string): KnownPorts | undefined {
  const value = readJsonFile(file);
  if (typeof value !== 'object' || value === null) return undefined;
  const has = (name: string): boolean => Number.isInteger(Reflect.get(value, name));
  const valid = [...names, 'laneBase'].every((name) => has(name) || (later.includes(name) && !(name in value)));
  return valid ? (value as KnownPorts) : undefined;
}
