import { uriOf } from '../../adapters/content-store/content-store.js';
import { npmPack } from '../../adapters/npm-pack/npm-pack.js';
import type { OwnRun } from '../caller.js';
import { failed, runBuild } from './build-image.js';
import { openSource, sdkOf } from './open-source.js';
import type { Step } from '../long-step.js';
import type { PackedSdk, SdkInput } from './types.js';
import { type ContainedBuildDeps, inWorkspace } from './workspace.js';

/**
 * Builds an SDK and packs the file that would be published to a registry. Its package.json gets the commit as `gitHead`,
 * the field in which npm itself names it, so that the file says what it was packed from.
 */
export async function packSdk(
  deps: ContainedBuildDeps,
  step: Step,
  input: SdkInput,
  run: Pick<OwnRun, 'workflowId'>,
): Promise<PackedSdk> {
  return inWorkspace(deps, step, async (workspace) => {
    const source = await openSource(deps, workspace, input, run);
    const sdk = sdkOf(source, input.sdk);
    await runBuild(workspace, `SDK ${sdk.name}`, sdk, source, input.repository);
    const folder = await workspace.folderOf(sdk.path);
    // By npm, contained: what the build has left in the place of package.json may be a link.
    const set = await workspace.runNpm(folder, ['pkg', 'set', `gitHead=${source.revision}`]);
    if (set.exitCode !== 0) throw failed(`SDK ${sdk.name}`, set);
    const packed = await npmPack(folder, await workspace.folder('packed'), deps.blobs, workspace.runNpm);
    return {
      sdk: {
        name: sdk.name,
        language: sdk.language,
        package: packed.name,
        version: packed.version,
        file: packed.file,
        size: packed.size,
        uri: uriOf(packed.digest),
        checksum: packed.digest,
      },
      nodeVersion: process.version,
    };
  });
}
