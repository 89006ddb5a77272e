import { mkdir, mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ArchiveRefused, createLinks, extractTar } from '../../adapters/archive/extract-tar.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { npmSettings, type RunNpm } from '../../adapters/process/npm.js';
import { type ProcessResult, runProcess } from '../../adapters/process/run-process.js';
import { firstChange, noteSurroundings } from '../../adapters/process/surroundings.js';
import { type Fence, fenceCommand, reportsWriteDenied } from '../../adapters/process/write-fence.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import type { CallerDeps } from '../caller.js';
import type { Step } from './step.js';

/** The dependencies of the build activities. */
export interface BuildDeps extends CallerDeps {
  readonly blobs: ContentStore;
  /** Where scratch folders are made; each exists as long as one step. */
  readonly scratchFolder: string;
  /** npm's cache, shared between steps; npm checks what it takes from it against the lockfile. */
  readonly npmCacheFolder: string;
  /** What children inherit, see `childEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The user's own npm configuration file, if there is one. */
  readonly npmUserConfig?: string;
  /**
   * Called at `build.stored`, when an image is in the content store but not yet reported, so that tests can kill the
   * process there.
   */
  readonly faultPoint?: (name: string) => void | Promise<void>;
  /** The fence to use; by default the best that the machine offers. */
  readonly fence?: Fence;
}

/** The same with the fence chosen. */
export type FencedBuildDeps = BuildDeps & Required<Pick<BuildDeps, 'fence'>>;

/** Commands of a product, run one after another. */
export interface CommandRun {
  readonly commands: readonly string[];
  /** Relative to the source. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** A folder outside the scratch folder that must not change; checked only where there is no fence. */
  readonly repository?: string;
}

/** A scratch folder with the commands that may run in it. */
export interface Workspace {
  /** Where the source is unpacked. */
  readonly source: string;
  /** A folder below the scratch folder, created if missing. */
  folder(name: string): Promise<string>;
  /** Unpacks a source archive into `source`. */
  unpackSource(archive: Digest): Promise<void>;
  /**
   * Runs commands behind the fence.
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
  deps: FencedBuildDeps,
  step: Step,
  work: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  await mkdir(deps.scratchFolder, { recursive: true });
  await mkdir(deps.npmCacheFolder, { recursive: true });
  const root = await realpath(await mkdtemp(join(deps.scratchFolder, `${scratchPrefix}${String(process.pid)}-`)));
  try {
    return await work(await openWorkspace(deps, step, root));
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function openWorkspace(deps: FencedBuildDeps, step: Step, root: string): Promise<Workspace> {
  const inside = join(root, 'inside');
  const source = join(inside, 'source');
  for (const name of ['source', 'home', 'tmp']) await mkdir(join(inside, name), { recursive: true });
  const { fence } = deps;
  const cache = await realpath(deps.npmCacheFolder);
  const env = {
    ...deps.environment,
    ...npmSettings(cache, deps.npmUserConfig),
    HOME: join(inside, 'home'),
    TMPDIR: join(inside, 'tmp'),
    CI: 'true',
  };
  const start = async (
    cwd: string,
    command: string,
    args: readonly string[],
    extra: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<ProcessResult> =>
    runProcess({
      ...fenceCommand(fence, [inside, cache], command, args),
      cwd,
      env: { ...env, ...extra },
      timeoutMs,
      signal: step.signal,
      onHeartbeat: step.heartbeat,
    });

  return {
    source,
    async folder(name) {
      const path = join(inside, name);
      await mkdir(path, { recursive: true });
      return path;
    },
    unpackSource: async (archive) => unpackSource(deps.blobs, archive, source),
    async run(request) {
      const cwd = await folderInside(source, request.folder);
      const around = [root, ...(request.repository === undefined ? [] : [request.repository])];
      const note = async (): ReturnType<typeof noteSurroundings> => noteSurroundings(around, (path) => path === inside);
      const before = fence === 'none' ? await note() : undefined;
      const result = await runAll(request, (command, timeoutMs) =>
        start(cwd, '/bin/sh', ['-c', `umask 022\n${command}`], request.env ?? {}, timeoutMs),
      );
      if (fence !== 'none' && result.exitCode !== 0 && reportsWriteDenied(result.tail))
        throw wroteOutside(lastLines(result, 5));
      const changed = before && firstChange(before, await note());
      if (changed !== undefined) throw wroteOutside(`it changed ${changed}`);
      return result;
    },
    runNpm: async (folder, args) => start(folder, 'npm', args, {}, npmTimeoutMs),
  };
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
  if (real !== undefined && `${real}${sep}`.startsWith(`${source}${sep}`)) return real;
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
