import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors.js';
import { runProcess } from '../process/run-process.js';
import { bubblewrap } from './bubblewrap.js';
import { type Containment, uncontained } from './containment.js';
import { namespaces } from './namespaces.js';
import { giveTo } from './ownership.js';
import { sandboxExec } from './sandbox-exec.js';
import { toolchainOf } from './toolchain.js';
import { buildUser } from './user.js';

/** What a machine can do, and what was said about it. */
export interface ContainmentSettings {
  /** The environment in which contained commands run. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where contained commands will run: what works elsewhere may not work there. */
  readonly scratchFolder: string;
  /** The name or path of bubblewrap. */
  readonly bubblewrap?: string;
  /** Files and folders that commands may read besides those of the system and of Node. */
  readonly readable?: readonly string[];
  /** Whether somebody has said that commands may run without containment where there is none. */
  readonly acceptUncontained?: boolean;
}

/** The containment in force; without one, why not. */
export type Detection =
  { readonly containment: Containment } | { readonly containment: undefined; readonly why: string };

/** The forms of containment for this system, the strongest first. */
export function containmentsHere(bubblewrapProgram = 'bwrap'): readonly Containment[] {
  if (process.platform === 'darwin') return [sandboxExec];
  if (process.platform !== 'linux') return [];
  const user = buildUser();
  return [bubblewrap(bubblewrapProgram, user), namespaces(user)];
}

/** Finds the containment that this machine offers. Each is tried out, because containers often forbid namespaces. */
export async function detectContainment(settings: ContainmentSettings): Promise<Detection> {
  const reasons: string[] = [];
  for (const containment of containmentsHere(settings.bubblewrap)) {
    const why = await whyNot(containment, settings);
    if (why === undefined) return { containment };
    reasons.push(`${containment.name}: ${why}`);
  }
  if (settings.acceptUncontained === true) return { containment: uncontained };
  return { containment: undefined, why: reasons.join('; ') || `there is none for ${process.platform}` };
}

/**
 * What a command tries that must not be able to do anything: it writes where it may, cannot read the file beside its
 * folder, cannot write to the system, and cannot see the process that started it.
 */
const probe = `
set -eu
: >"$1/written"
! cat "$2" 2>/dev/null || exit 91
! (: >/usr/lanekeeper-probe) 2>/dev/null || exit 92
! kill -0 "$3" 2>/dev/null || exit 93
[ ! -e /proc/self/status ] || grep -q '^CapBnd:[[:space:]]*0*$' /proc/self/status || exit 94
node --version >/dev/null || exit 95
`;

/** Tries a containment out. @returns why it does not work here; undefined when it does */
export async function whyNot(
  containment: Containment,
  { environment: given, scratchFolder, readable: more }: ContainmentSettings,
): Promise<string | undefined> {
  let folder: string | undefined;
  try {
    await mkdir(scratchFolder, { recursive: true });
    folder = await realpath(await mkdtemp(join(scratchFolder, 'probe-')));
    const [inside, secret, mountPoint] = [join(folder, 'inside'), join(folder, 'secret'), join(folder, 'root')];
    await mkdir(inside);
    await mkdir(mountPoint);
    await writeFile(secret, 'this must not be readable', { mode: 0o644 });
    await giveTo(containment.user, inside);
    const { readable, environment } = toolchainOf(given, undefined, more);
    const enclosure = { cwd: inside, writable: [inside], readable, network: true, mountPoint };
    const args = ['-c', probe, 'probe', inside, secret, String(process.pid)];
    const started = containment.command(enclosure, '/bin/sh', args);
    const env = { ...environment, HOME: inside };
    const result = await runProcess({ ...started, cwd: inside, env, timeoutMs: 10_000 });
    if (result.exitCode === 0) return undefined;
    const said = result.tail.trim().split('\n').slice(-2).join('; ');
    return `it was tried out and ended with exit code ${String(result.exitCode ?? 'none')}${said && `: ${said}`}`;
  } catch (error) {
    return messageOf(error);
  } finally {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
}
