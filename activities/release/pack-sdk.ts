import { uriOf } from '../../adapters/content-store/content-store.js';
import { npmPack } from '../../adapters/npm-pack/npm-pack.js';
import type { ManifestSdk } from '../../core/release/manifest.js';
import type { OwnRun } from '../caller.js';
import { runBuild } from './build-image.js';
import { openSource, sdkOf } from './open-source.js';
import type { Step } from './step.js';
import type { BuildActivities } from './types.js';
import { type ContainedBuildDeps, inWorkspace } from './workspace.js';

/** Builds an SDK and packs the file that would be published to a registry. */
export async function packSdk(
  deps: ContainedBuildDeps,
  step: Step,
  input: Parameters<BuildActivities['packSdk']>[0],
  run: Pick<OwnRun, 'workflowId'>,
): Promise<ManifestSdk> {
  return inWorkspace(deps, step, async (workspace) => {
    const source = await openSource(deps, workspace, input, run);
    const sdk = sdkOf(source, input.sdk);
    await runBuild(workspace, `SDK ${sdk.name}`, sdk, source, input.repository);
    const packed = await npmPack(
      await workspace.folderOf(sdk.path),
      await workspace.folder('packed'),
      deps.blobs,
      workspace.runNpm,
    );
    return {
      name: sdk.name,
      language: sdk.language,
      package: packed.name,
      version: packed.version,
      file: packed.file,
      size: packed.size,
      uri: uriOf(packed.digest),
      checksum: packed.digest,
    };
  });
}
