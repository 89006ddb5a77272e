import { chown, lstat, mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ArchiveRefused, createLinks, extractTar } from '../../adapters/archive/extract-tar.js';
import { type Containment, reportsWriteDenied } from '../../adapters/containment/containment.js';
import type { Detection } from '../../adapters/containment/detect.js';
import { giveTo, removeTree } from '../../adapters/containment/ownership.js';
import { isPlainFile, isPlainPath } from '../../adapters/containment/plain-path.js';
import { toolchainOf } from '../../adapters/containment/toolchain.js';
import type { ContentStore, TenantStores } from '../../adapters/content-store/content-store.js';
import { copyNpmConfiguration, npmSettings, type RunNpm } from '../../adapters/process/npm.js';
import { type ProcessResult, runProcess } from '../../adapters/process/run-process.js';
import { firstChange, noteSurroundings } from '../../adapters/process/surroundings.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { CallerDeps } from '../caller.js';
import type { Step } from '../long-step.js';

/** The dependencies of the build activities. */
export interface BuildDeps extends CallerDeps {
  readonly blobs: TenantStores;
  /** Where scratch folders are made; each exists as long as one step. */
  readonly scratchFolder: string;
  /** Where each product has npm's cache for its own steps; npm checks what it takes from it against the lockfile. */
  readonly npmCacheFolder: string;
  /** What children inherit, see `childEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user's own npm configuration file, if there is one: commands get a copy. */
  readonly npmUserConfig?: string;
  /** Files and folders that commands may read besides those of the system and of Node. */
  readonly readable?: readonly string[];
  /** The name or path of bubblewrap, and whether commands may run without containment; see `ContainmentSettings`. */
  readonly bubblewrap?: string;
  readonly acceptUncontained?: boolean;
  /** The containment in force; by default the best that the machine offers. */
  readonly detection?: Detection;
}

/** The same for the steps of one product: with the blobs of its tenant, a cache of its own, and the containment chosen. */
export interface ContainedBuildDeps extends Omit<BuildDeps, 'blobs'> {
  readonly blobs: ContentStore;
  readonly containment: Containment;
}

/** Commands of a product, run one after another. */
export interface CommandRun {
  readonly commands: readonly string[];
  /** Relative to the source. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** `none` for commands without a network. */
  readonly network?: 'none';
  /** A folder outside the scratch folder that must not change; checked only where there is no containment. */
  readonly repository?: string;
}

/** A scratch folder with the commands that may run in it. */
export interface Workspace {
  /** Where the source is unpacked. */
  readonly source: string;
  /** A folder below the scratch folder, created if missing. @throws BUILD_WROTE_OUTSIDE when a link is in its place */
  folder(name: string): Promise<string>;
  /** The folder of a service in `source`, after the commands of the product have run. @throws INVALID_PRODUCT_FILE */
  folderOf(path: string): Promise<string>;
  /** A file that a command has written; undefined when there is none, or something else in its place. */
  result(path: string): Promise<string | undefined>;
  /** Unpacks a source archive into `source`. */
  unpackSource(archive: Digest): Promise<void>;
  /**
   * Runs commands in the containment. When this returns, nothing that they started is running any more.
   * @returns the result of the first command that failed, or of the last one
   * @throws BUILD_WROTE_OUTSIDE when one tried to write elsewhere
   */
  run(request: CommandRun): Promise<ProcessResult>;
  runNpm: RunNpm;
}

const npmTimeoutMs = 120_000;

/** Scratch folders are named after the process that made them, so that those of dead processes can be recognized. */
const scratchPrefix = 'build-';

/** Removes the scratch folders of processes that died before they could. */
export async function sweepScratch(scratchFolder: string): Promise<void> {
  for (const name of await readdir(scratchFolder).catch(() => [])) {
    const pid = Number(name.slice(scratchPrefix.length).split('-')[0]);
    if (name.startsWith(scratchPrefix) && !isAlive(pid))
      await rm(join(scratchFolder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user is alive, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Runs `work` in a scratch folder of its own, which is removed afterwards, however `work` ends. */
export async function inWorkspace<T>(
  deps: ContainedBuildDeps,
  step: Step,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  await mkdir(deps.scratchFolder, { recursive: true });
  await mkdir(deps.npmCacheFolder, { recursive: true });
  const root = await realpath(await mkdtemp(join(deps.scratchFolder, `${scratchPrefix}${String(process.pid)}-`)));
  try {
    return await work(await openWorkspace(deps, step, root));
  } finally {
    await removeTree(root);
  }
}

async function openWorkspace(deps: ContainedBuildDeps, step: Step, root: string): Promise<Workspace> {
  const { containment } = deps;
  const inside = join(root, 'inside');
  const source = join(inside, 'source');
  const home = join(inside, 'home');
  const mountPoint = join(root, 'root');
  for (const path of [source, home, join(inside, 'tmp'), mountPoint]) await mkdir(path, { recursive: true });
  const cache = await npmCacheOf(deps);
  const { readable, environment } = toolchainOf(deps.environment, deps.npmUserConfig, deps.readable);
  const configuration = await copyNpmConfiguration(home, deps.npmUserConfig, environment['npm_config_globalconfig']);
  const env = {
    ...environment,
    ...npmSettings(cache),
    ...configuration,
    HOME: home,
    TMPDIR: join(inside, 'tmp'),
    CI: 'true',
  };
  const start = async (
    cwd: string,
    [command, ...args]: readonly [string, ...string[]],
    { env: extra = {}, network }: Pick<CommandRun, 'env' | 'network'>,
    timeoutMs: number,
  ): Promise<ProcessResult> => {
    await giveTo(containment.user, inside);
    const enclosure = { cwd, writable: [inside, cache], readable, network: network !== 'none', mountPoint };
    return runProcess({
      ...containment.command(enclosure, command, args),
      cwd,
      // Without a network npm would ask for minutes before it gives up, also for what is in its cache.
      env: { ...env, ...(network === 'none' && { npm_config_offline: 'true' }), ...extra },
      timeoutMs,
      signal: step.signal,
      onHeartbeat: step.heartbeat,
    });
  };

  return {
    source,
    async folder(name) {
      const path = join(inside, name);
      await mkdir(path, { recursive: true });
      if (!(await isPlainPath(path))) throw wroteOutside(`it put a link in the place of the folder ${name}`);
      return path;
    },
    folderOf: async (path) => folderInside(source, path),
    result: async (path) => ((await isPlainFile(path)) ? path : undefined),
    unpackSource: async (archive) => unpackSource(deps.blobs, archive, source),
    async run(request) {
      const cwd = await folderInside(source, request.folder);
      const around = [root, ...(request.repository === undefined ? [] : [request.repository])];
      const note = async (): ReturnType<typeof noteSurroundings> => noteSurroundings(around, (path) => path === inside);
      const isContained = containment.name !== 'none';
      const before = isContained ? undefined : await note();
      const result = await runAll(request, (command, timeoutMs) =>
        start(cwd, ['/bin/sh', '-c', `umask 022\n${command}`], request, timeoutMs),
      );
      if (isContained && result.exitCode !== 0 && reportsWriteDenied(result.tail))
        throw wroteOutside(lastLines(result, 5));
      const changed = before && firstChange(before, await note());
      if (changed !== undefined) throw wroteOutside(`it changed ${changed}`);
      return result;
    },
    runNpm: async (folder, args) => start(folder, ['npm', ...args], {}, npmTimeoutMs),
  };
}

/**
 * npm's cache of the product, owned by whoever its commands run as. One that belongs to somebody else is from a worker
 * that ran as another user, and is begun anew.
 */
async function npmCacheOf({ npmCacheFolder, containment: { user } }: ContainedBuildDeps): Promise<string> {
  const path = await realpath(npmCacheFolder);
  if (user === undefined || (await lstat(path)).uid === user.uid) return path;
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  await chown(path, user.uid, user.gid);
  return path;
}

async function runAll(
  request: CommandRun,
  start: (command: string, timeoutMs: number) => Promise<ProcessResult>,
): Promise<ProcessResult> {
  const deadline = Date.now() + request.timeoutMs;
  let last: ProcessResult = { exitCode: 0, timedOut: false, stdout: Buffer.alloc(0), truncated: false, tail: '' };
  for (const command of request.commands) {
    last = await start(command, Math.max(1, deadline - Date.now()));
    if (last.exitCode !== 0) return last;
  }
  return last;
}

async function unpackSource(blobs: ContentStore, archive: Digest, target: string): Promise<void> {
  try {
    const links = await extractTar(await blobs.open(archive), target);
    await createLinks(target, links, false);
  } catch (error) {
    if (!(error instanceof ArchiveRefused)) throw error;
    throw new LanekeeperError(
      'BUILD_FAILED',
      { message: 'the commit cannot be built', why: error.message, next: 'remove the file from the repository' },
      { cause: error },
    );
  }
}

/** The folder of a service, which must not be a link that leads elsewhere. */
async function folderInside(source: string, name: string): Promise<string> {
  const real = await realpath(join(source, name)).catch(() => undefined);
  if (real !== undefined && (await isPlainPath(source)) && `${real}${sep}`.startsWith(`${source}${sep}`)) return real;
  throw new LanekeeperError('INVALID_PRODUCT_FILE', {
    message: `the commit has no folder ${name}`,
    object: `lanekeeper.yaml: path ${name}`,
    why: 'paths are relative to the root of the repository, and only committed files count',
    next: 'correct the path in lanekeeper.yaml, or commit the folder',
  });
}

/** The last lines that a command printed. */
export function lastLines(result: ProcessResult, count: number): string {
  return result.tail.trim().split('\n').slice(-count).join('\n').slice(-4_000);
}

function wroteOutside(why: string): LanekeeperError {
  return new LanekeeperError('BUILD_WROTE_OUTSIDE', {
    message: 'a command of the product wrote outside its folder',
    why,
    next: 'make the command write only to its own folder, $HOME or $TMPDIR',
  });
}
