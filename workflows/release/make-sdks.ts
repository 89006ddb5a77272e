import type { DescribedArtifact, SdkInput, SourceInput } from '../../activities/release/types.js';
import type { ManifestSdk, SdkFile } from '../../core/release/manifest.js';
import { buildStep } from '../activity-options.js';
import { describedActivities } from '../described-activities.js';
import { signEvidence } from './sign-evidence.js';
import type { StepList } from './steps.js';

const build = describedActivities(buildStep);

/** A packed SDK before its statements are signed. */
export interface DescribedSdk {
  readonly file: SdkFile;
  readonly described: DescribedArtifact;
}

/** Packs the SDKs of a product, by their names, and describes them. */
export async function packSdks(
  source: SourceInput,
  names: readonly string[],
  steps: StepList,
): Promise<readonly DescribedSdk[]> {
  return Promise.all(names.map((sdk) => packSdk({ ...source, sdk }, steps)));
}

async function packSdk(input: SdkInput, steps: StepList): Promise<DescribedSdk> {
  // Times come from the workflow, so that a retried step states the same.
  const startedOn = new Date().toISOString();
  const { sdk, nodeVersion } = await steps.run(
    `pack/${input.sdk}`,
    () => build.packSdk(input),
    (packed) => packed.sdk.file,
  );
  const finishedOn = new Date().toISOString();
  const described = await steps.run(
    `describe/${input.sdk}`,
    () => build.describeSdk({ ...input, packed: sdk.checksum, nodeVersion, startedOn, finishedOn }),
    (found) => found.sboms.map((sbom) => sbom.format).join(', '),
  );
  return { file: sdk, described };
}

/** Has the statements about an SDK signed. */
export async function signSdk({ file, described }: DescribedSdk, steps: StepList): Promise<ManifestSdk> {
  return steps.run(
    `sign/${file.name}`,
    async () => ({ ...file, ...(await signEvidence(described)) }),
    (sdk) => `${sdk.sboms.length + 2} statements`,
  );
}
