import { readFile, realpath, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { readPackage } from '../../adapters/npm-pack/read-package.js';
import { npmPackageSboms } from '../../adapters/sbom/npm-sbom.js';
import { LanekeeperError } from '../../core/errors.js';
import { subjectOf } from '../../core/evidence/statement.js';
import type { OwnRun } from '../caller.js';
import { runOf } from './build-evidence.js';
import { storeDescription } from './describe-image.js';
import { openSource, sdkOf } from './open-source.js';
import type { Step } from '../long-step.js';
import type { BuildActivities, DescribedArtifact } from './types.js';
import { type ContainedBuildDeps, inWorkspace, type Workspace } from './workspace.js';

/** The lockfiles that npm reads, the one that it prefers first. */
const lockfiles = ['npm-shrinkwrap.json', 'package-lock.json'] as const;

/** What a package can need where it is installed. */
const dependencyFields = ['dependencies', 'optionalDependencies', 'peerDependencies'] as const;

/**
 * Describes a packed SDK as an image is described: what it depends on, how it was built, and that it is ours. What it
 * depends on is declared by package.json, as it was packed, and resolved by the lockfile of the commit.
 */
export async function describeSdk(
  deps: ContainedBuildDeps,
  step: Step,
  input: Parameters<BuildActivities['describeSdk']>[0],
  run: Pick<OwnRun, 'workflowId' | 'firstRunId'>,
): Promise<DescribedArtifact> {
  const { packed } = input;
  return inWorkspace(deps, step, async (workspace) => {
    const source = await openSource(deps, workspace, input, run);
    const sdk = sdkOf(source, input.sdk);
    const { name, manifest } = await readPackage(deps.blobs, packed);
    const folder = await workspace.folder('described');
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await writeLockfile(workspace, sdk.name, join(workspace.source, sdk.path), folder, manifest);
    const sboms = await npmPackageSboms(
      { folder, sdk: sdk.name, packageName: name, archive: packed, createdAt: source.commit.committer.at },
      workspace.runNpm,
    );
    return storeDescription(deps, sboms, {
      subject: subjectOf(sdk.name, packed),
      repository: input.repository,
      revision: source.revision,
      tree: source.commit.tree,
      sdk: sdk.name,
      commands: sdk.build,
      nodeVersion: input.nodeVersion,
      invocationId: runOf({ workflowId: run.workflowId, id: run.firstRunId }),
      startedOn: input.startedOn,
      finishedOn: input.finishedOn,
    });
  });
}

/** Copies the committed lockfile; a package that needs nothing may have none, and gets one that says so. */
async function writeLockfile(
  workspace: Workspace,
  sdk: string,
  committed: string,
  folder: string,
  manifest: Readonly<Record<string, unknown>>,
): Promise<void> {
  for (const name of lockfiles) {
    // A link may lead anywhere on this machine; only files of the commit count.
    const path = await realpath(join(committed, name)).catch(() => undefined);
    if (path?.startsWith(workspace.source + sep) !== true) continue;
    await writeFile(join(folder, name), await readFile(path));
    return;
  }
  if (dependencyFields.some((field) => Object.keys(Object(manifest[field]) as object).length > 0))
    throw new LanekeeperError('BUILD_FAILED', {
      message: `SDK ${sdk} has dependencies and no lockfile`,
      object: `SDK ${sdk}`,
      why: 'its bill of materials names the versions that it was tested with, and only a lockfile says them',
      next: 'commit the package-lock.json in the folder of the SDK: npm install --package-lock-only --workspaces=false',
    });
  const { name, version } = manifest;
  const lock = { name, version, lockfileVersion: 3, requires: true, packages: { '': { name, version } } };
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
}
