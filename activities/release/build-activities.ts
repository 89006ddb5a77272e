import { mkdir } from 'node:fs/promises';
import { log } from '@temporalio/activity';
import { detectFence, type Fence } from '../../adapters/process/write-fence.js';
import type { Parser } from '../../core/input.js';
import { type OwnRun, requireOwnRun } from '../caller.js';
import { withTranslatedErrors } from '../failures.js';
import { buildImage } from './build-image.js';
import { describeImage } from './describe-image.js';
import { fetchSource } from './fetch-source.js';
import { buildInputs } from './input.js';
import { packSdk } from './pack-sdk.js';
import { qualifyImage } from './qualify-image.js';
import { currentStep, type Step, withHeartbeats } from './step.js';
import type { BuildActivities } from './types.js';
import { type BuildDeps, type FencedBuildDeps, sweepScratch } from './workspace.js';

/**
 * The activities of the build queue. They run the product's own scripts, hold no key and do not touch the database. They
 * work only for our own release workflow: otherwise whoever may schedule an activity could run any command here.
 */
export function createBuildActivities(deps: BuildDeps): BuildActivities {
  let prepared: Promise<Fence> | undefined;
  const step = <I, O>(
    name: keyof BuildActivities,
    parse: Parser<I>,
    work: (deps: FencedBuildDeps, step: Step, input: I, run: OwnRun) => Promise<O>,
  ) => {
    return async (value: unknown): Promise<O> => {
      const input = parse(value, `input of ${name}`);
      const current = currentStep();
      return withHeartbeats(current, async () => {
        const run = await requireOwnRun(deps, 'release');
        const fence = await (prepared ??= prepare(deps));
        return work({ ...deps, fence }, current, input, run);
      });
    };
  };
  return withTranslatedErrors<BuildActivities>({
    fetchSource: step('fetchSource', buildInputs.fetchSource, fetchSource),
    buildImage: step('buildImage', buildInputs.buildImage, buildImage),
    describeImage: step('describeImage', buildInputs.describeImage, describeImage),
    packSdk: step('packSdk', buildInputs.packSdk, packSdk),
    qualifyImage: step('qualifyImage', buildInputs.qualifyImage, qualifyImage),
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
