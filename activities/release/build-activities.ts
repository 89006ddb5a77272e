import { mkdir } from 'node:fs/promises';
import { log } from '@temporalio/activity';
import { detectFence, type Fence } from '../../adapters/process/write-fence.js';
import { withTranslatedErrors } from '../failures.js';
import { buildImage } from './build-image.js';
import { describeImage } from './describe-image.js';
import { fetchSource } from './fetch-source.js';
import { packSdk } from './pack-sdk.js';
import { qualifyImage } from './qualify-image.js';
import { currentStep, type Step, withHeartbeats } from './step.js';
import type { BuildActivities } from './types.js';
import { type BuildDeps, type FencedBuildDeps, sweepScratch } from './workspace.js';

/** The activities of the build queue. They run the product's own scripts, hold no key and do not touch the database. */
export function createBuildActivities(deps: BuildDeps): BuildActivities {
  let prepared: Promise<Fence> | undefined;
  const step = <I, O>(work: (deps: FencedBuildDeps, step: Step, input: I) => Promise<O>) => {
    return async (input: I): Promise<O> => {
      const current = currentStep();
      const fence = (prepared ??= prepare(deps));
      return withHeartbeats(current, async () => work({ ...deps, fence: await fence }, current, input));
    };
  };
  return withTranslatedErrors<BuildActivities>({
    fetchSource: step(fetchSource),
    buildImage: step(buildImage),
    describeImage: step(describeImage),
    packSdk: step(packSdk),
    qualifyImage: step(qualifyImage),
  });
}

/** Runs once: removes what a killed worker left behind, detects which fence the machine offers, and logs it. */
async function prepare(deps: BuildDeps): Promise<Fence> {
  await mkdir(deps.scratchFolder, { recursive: true });
  await sweepScratch(deps.scratchFolder);
  const fence = deps.fence ?? (await detectFence(deps.environment, deps.scratchFolder));
  if (fence === 'none')
    log.warn(
      'this machine offers no write fence: of what builds write outside their folder, only the surroundings are checked',
    );
  else log.info('builds run behind a write fence', { fence });
  return fence;
}
