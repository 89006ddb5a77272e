import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type ListedFile, listFiles } from '../../adapters/archive/list-files.js';
import { isFolder } from '../../adapters/git/repository.js';
import { buildImage as buildOciImage } from '../../adapters/oci/build-image.js';
import type { ProcessResult } from '../../adapters/process/run-process.js';
import { LanekeeperError } from '../../core/errors.js';
import type { ServiceDefinition } from '../../core/release/product.js';
import type { OwnRun } from '../caller.js';
import { type OpenedSource, openSource, serviceOf } from './open-source.js';
import type { Step } from '../long-step.js';
import type { BuildInput, BuiltService } from './types.js';
import { type ContainedBuildDeps, inWorkspace, lastLines, type Workspace } from './workspace.js';

/** What is never in an image unless `include` names it: history, settings with secrets, tests. */
const excludedByDefault = new Set(['.git', '.gitignore', '.npmrc', '.env', 'test', 'tests', 'coverage']);

/** npm's own bookkeeping: it names the registry and would make images differ between machines. */
const npmBookkeeping = new Set(['node_modules/.package-lock.json', 'node_modules/.cache']);

/** Builds one service: its own commands in a fresh copy of the commit, then an image of what they leave. */
export async function buildImage(
  deps: ContainedBuildDeps,
  step: Step,
  input: BuildInput,
  run: Pick<OwnRun, 'workflowId'>,
): Promise<BuiltService> {
  return inWorkspace(deps, step, async (workspace) => {
    const source = await openSource(deps, workspace, input, run);
    const service = serviceOf(source, input.service);
    await runBuild(workspace, `service ${service.name}`, service, source, input.repository);
    const folder = await workspace.folderOf(service.path);
    await pruneDependencies(workspace, folder, service);
    const files = await listFiles(folder, (name) => npmBookkeeping.has(name) || name === '.git');
    const image = await buildOciImage(deps.blobs, {
      title: service.name,
      revision: source.revision,
      dependencies: files.filter((file) => isDependency(file.name)),
      application: applicationFiles(files, service),
      entry: service.entry,
      nodeMajor: service.nodeMajor,
      health: service.health,
    });
    return { service: service.name, image: image.digest, size: image.size, nodeVersion: process.version };
  });
}

/** Runs the build commands of a service or SDK. @throws BUILD_FAILED, BUILD_TIMED_OUT, BUILD_WROTE_OUTSIDE */
export async function runBuild(
  workspace: Workspace,
  object: string,
  part: { readonly path: string; readonly build: readonly string[] },
  { revision, commit, definition }: OpenedSource,
  repository: string,
): Promise<void> {
  const { buildSeconds } = definition.timeouts;
  const result = await workspace.run({
    commands: part.build,
    folder: part.path,
    // A convention of reproducible builds: whatever needs a time uses that of the commit.
    env: {
      SOURCE_DATE_EPOCH: String(Math.floor(Date.parse(commit.committer.at) / 1000)),
      LANEKEEPER_REVISION: revision,
    },
    timeoutMs: buildSeconds * 1000,
    ...(definition.network !== undefined && { network: definition.network }),
    ...(isFolder(repository) && { repository }),
  });
  if (result.timedOut) throw timedOut(object, buildSeconds);
  if (result.exitCode !== 0) throw failed(object, result);
}

async function pruneDependencies(workspace: Workspace, folder: string, service: ServiceDefinition): Promise<void> {
  const present = await Promise.all(
    ['node_modules', 'package-lock.json'].map((name) =>
      access(join(folder, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (present.includes(false)) return;
  const result = await workspace.runNpm(folder, ['prune', '--omit=dev', '--ignore-scripts']);
  if (result.exitCode !== 0) throw failed(`service ${service.name}`, result);
}

function applicationFiles(files: readonly ListedFile[], service: ServiceDefinition): ListedFile[] {
  const own = files.filter((file) => !isDependency(file.name));
  const { include } = service;
  if (include === undefined) return own.filter((file) => !excludedByDefault.has(file.name.split('/')[0] ?? ''));
  // Without these two, nobody could tell which packages are in the image.
  const wanted = [
    ...include.map((name) => name.replace(/^\.\//, '').replace(/\/$/, '')),
    'package.json',
    'package-lock.json',
  ];
  return own.filter((file) =>
    wanted.some((name) => name === '.' || file.name === name || file.name.startsWith(`${name}/`)),
  );
}

function isDependency(name: string): boolean {
  return name.startsWith('node_modules/');
}

/** The error of a build whose command failed. */
export function failed(object: string, result: ProcessResult): LanekeeperError {
  return new LanekeeperError('BUILD_FAILED', {
    message: `the build of ${object} failed`,
    object,
    why: `it ended with exit code ${String(result.exitCode ?? 'none')}; the last lines were:\n${lastLines(result, 20)}`,
    next: 'run the commands under `build` in lanekeeper.yaml by hand in a fresh clone, fix what they report, commit, and release again',
  });
}

function timedOut(object: string, timeoutSeconds: number): LanekeeperError {
  return new LanekeeperError('BUILD_TIMED_OUT', {
    message: `the build of ${object} took longer than ${String(timeoutSeconds)} s and was stopped`,
    object,
    next: 'find out where it hangs, or raise timeouts.buildSeconds in lanekeeper.yaml',
  });
}
