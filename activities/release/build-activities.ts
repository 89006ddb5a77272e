import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { log } from '@temporalio/activity';
import type { Containment } from '../../adapters/containment/containment.js';
import { detectContainment } from '../../adapters/containment/detect.js';
import { LanekeeperError } from '../../core/errors.js';
import { parseReleaseId } from '../../core/ids.js';
import type { Parser } from '../../core/input.js';
import { type OwnRun, requireOwnRun } from '../caller.js';
import { withTranslatedErrors } from '../failures.js';
import { buildImage } from './build-image.js';
import { describeImage } from './describe-image.js';
import { describeSdk } from './describe-sdk.js';
import { fetchSource } from './fetch-source.js';
import { buildInputs } from './input.js';
import { packSdk } from './pack-sdk.js';
import { qualifyImage } from './qualify-image.js';
import { currentStep, type Step, withHeartbeats } from '../long-step.js';
import type { BuildActivities } from './types.js';
import { type BuildDeps, type ContainedBuildDeps, sweepScratch } from './workspace.js';

/**
 * The activities of the build queue. They run the product's own scripts, hold no key and do not touch the database. They
 * work only for our own release workflow: otherwise whoever may schedule an activity could run any command here.
 */
export function createBuildActivities(deps: BuildDeps): BuildActivities {
  let prepared: Promise<Containment> | undefined;
  const step = <I, O>(
    name: keyof BuildActivities,
    parse: Parser<I>,
    work: (deps: ContainedBuildDeps, step: Step, input: I, run: OwnRun) => Promise<O>,
  ) => {
    return async (value: unknown): Promise<O> => {
      const input = parse(value, `input of ${name}`);
      const current = currentStep();
      return withHeartbeats(current, async () => {
        const run = await requireOwnRun(deps, 'release');
        const containment = await (prepared ??= prepare(deps));
        const { tenant, product } = parseReleaseId(run.workflowId);
        const npmCacheFolder = join(deps.npmCacheFolder, tenant, product);
        return work({ ...deps, blobs: deps.blobs.of(tenant), containment, npmCacheFolder }, current, input, run);
      });
    };
  };
  return withTranslatedErrors<BuildActivities>({
    fetchSource: step('fetchSource', buildInputs.fetchSource, fetchSource),
    buildImage: step('buildImage', buildInputs.buildImage, buildImage),
    describeImage: step('describeImage', buildInputs.describeImage, describeImage),
    packSdk: step('packSdk', buildInputs.packSdk, packSdk),
    describeSdk: step('describeSdk', buildInputs.describeSdk, describeSdk),
    qualifyImage: step('qualifyImage', buildInputs.qualifyImage, qualifyImage),
  });
}

/**
 * Runs once: removes what a killed worker left behind, and detects which containment the machine offers.
 * @throws CONFIGURATION where there is none, and nobody has said that builds may run without
 */
async function prepare(deps: BuildDeps): Promise<Containment> {
  await mkdir(deps.scratchFolder, { recursive: true });
  await sweepScratch(deps.scratchFolder);
  const detection = deps.detection ?? (await detectContainment(deps));
  if (detection.containment === undefined) throw notContained(detection.why);
  const { name } = detection.containment;
  if (name === 'none') log.warn('builds run without containment: they can read and change what the worker can');
  else log.info('builds are contained', { by: name });
  return detection.containment;
}

function notContained(why: string): LanekeeperError {
  return new LanekeeperError('CONFIGURATION', {
    message: 'builds are refused, because this machine cannot contain them',
    object: 'build worker',
    why: `the commands of a product would run with all rights of the worker: they could read its keys. ${why}`,
    next: 'install bubblewrap (apt install bubblewrap) and start the stack again; or accept the risk: npm start -- --uncontained, for a worker of its own LANEKEEPER_UNCONTAINED=yes',
  });
}
