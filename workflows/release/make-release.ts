import { patched } from '@temporalio/workflow';
import type {
  BuildInput,
  DescribedArtifact,
  FetchedSource,
  QualifiedImage,
  SealActivities,
  SourceInput,
} from '../../activities/release/types.js';
import type { Digest } from '../../core/digest.js';
import type { Manifest, ManifestImage } from '../../core/release/manifest.js';
import type { ServiceDefinition } from '../../core/release/product.js';
import { buildStep, guardStep } from '../activity-options.js';
import { describedActivities } from '../described-activities.js';
import type { ReleaseInput } from './contract.js';
import { packSdks, signSdk } from './make-sdks.js';
import { sign, signCommitList, signEvidence } from './sign-evidence.js';
import type { StepList } from './steps.js';

const build = describedActivities(buildStep);
const { sealRelease } = describedActivities(guardStep);

const imageMediaType = 'application/vnd.oci.image.manifest.v1+json';

/** Names the run of a release. */
export interface ReleaseRun {
  readonly workflowId: string;
  /** The first run id. */
  readonly releaseId: string;
}

/** An image before its statements are signed. */
interface DescribedService {
  readonly service: ServiceDefinition;
  readonly input: BuildInput;
  readonly image: Digest;
  readonly size: number;
  readonly described: DescribedArtifact;
}

/**
 * The way from a commit to a sealed bundle. `open` puts the release on record; it is called once the commit has been
 * read and validated.
 * @returns the digests of the bundle and of its manifest file
 */
export async function makeRelease(
  input: ReleaseInput,
  run: ReleaseRun,
  steps: StepList,
  open: (source: FetchedSource) => Promise<void>,
): Promise<{ bundle: Digest; manifestFile: Digest }> {
  steps.announce('fetch');
  const { repository } = input;
  const source = await steps.run(
    'fetch',
    () => build.fetchSource({ repository }),
    (found) => found.subject,
  );
  const { services, sdks } = source.definition;
  const names = services.map((service) => service.name);
  const sdkNames = sdks.map((sdk) => sdk.name);
  // Runs that began before releases listed their commits cannot be sealed any more; they end with that reason.
  const listsCommits = patched('release-lists-commits');
  steps.announce(
    ...(listsCommits ? ['sign/commits'] : []),
    ...names.map((name) => `build/${name}`),
    ...names.map((name) => `describe/${name}`),
    ...sdkNames.map((name) => `pack/${name}`),
    ...sdkNames.map((name) => `describe/${name}`),
  );
  steps.announce(
    ...names.map((name) => `qualify/${name}`),
    ...[...names, ...sdkNames].map((name) => `sign/${name}`),
    'seal',
  );
  await open(source);
  const commits = listsCommits
    ? await steps.run(
        'sign/commits',
        () => signCommitList(source),
        () => '1 statement',
      )
    : undefined;

  const [described, packed] = await Promise.all([
    Promise.all(
      services.map((service) => buildService({ ...sourceOf(input, source), service: service.name }, service, steps)),
    ),
    packSdks(sourceOf(input, source), sdkNames, steps),
  ]);
  const images = described.map(({ service, image }) => ({ service: service.name, image }));
  // One after another: tests start services, and depend on timing more often than one would think.
  const qualified: QualifiedImage[] = [];
  for (const one of described) qualified.push(await qualify(one, images, steps));
  const [signed, signedSdks] = await Promise.all([
    Promise.all(described.map((one, index) => signImage(one, qualified[index], steps))),
    Promise.all(packed.map((one) => signSdk(one, steps))),
  ]);
  return steps.run(
    'seal',
    () => sealRelease({ manifest: manifestOf(input, run, source, { commits, images: signed, sdks: signedSdks }) }),
    (sealed) => sealed.bundle,
  );
}

function sourceOf({ repository }: ReleaseInput, { archive, commit }: FetchedSource): SourceInput {
  return { archive, commit, repository };
}

async function buildService(input: BuildInput, service: ServiceDefinition, steps: StepList): Promise<DescribedService> {
  // Times come from the workflow, so that a retried step states the same.
  const startedOn = new Date().toISOString();
  const built = await steps.run(
    `build/${service.name}`,
    () => build.buildImage(input),
    (image) => image.image,
  );
  const finishedOn = new Date().toISOString();
  const described = await steps.run(
    `describe/${service.name}`,
    () => build.describeImage({ ...input, built, startedOn, finishedOn }),
    (found) => found.sboms.map((sbom) => sbom.format).join(', '),
  );
  return { service, input, image: built.image, size: built.size, described };
}

async function qualify(
  one: DescribedService,
  images: readonly { service: string; image: Digest }[],
  steps: StepList,
): Promise<QualifiedImage> {
  const request = { ...one.input, images };
  return steps.run(
    `qualify/${one.service.name}`,
    () => build.qualifyImage(request),
    (result) => `${result.passed} passed`,
  );
}

async function signImage(
  one: DescribedService,
  tests: QualifiedImage | undefined,
  steps: StepList,
): Promise<ManifestImage> {
  if (tests === undefined) throw new TypeError('an image was not qualified');
  const { service, described } = one;
  return steps.run(
    `sign/${service.name}`,
    async () => ({
      service: service.name,
      digest: one.image,
      mediaType: imageMediaType,
      size: one.size,
      nodeMajor: service.nodeMajor,
      health: service.health,
      route: service.route,
      ...(await signEvidence(described)),
      tests: {
        result: 'PASSED' as const,
        passed: tests.passed,
        failed: tests.failed,
        skipped: tests.skipped,
        report: tests.report,
        attestation: await sign(tests.statement),
      },
    }),
    (image) => `${image.sboms.length + 3} statements`,
  );
}

function manifestOf(
  input: ReleaseInput,
  run: ReleaseRun,
  source: FetchedSource,
  made: Pick<Manifest, 'images' | 'sdks'> & { readonly commits: Manifest['source']['commits'] },
): Parameters<SealActivities['sealRelease']>[0]['manifest'] {
  const { author, commit, committedAt, definition, plan, subject, tree } = source;
  const { repository, revision } = input;
  return {
    apiVersion: 'lanekeeper.dev/v1',
    kind: 'ReleaseBundle',
    tenant: input.tenant,
    product: input.product,
    source: {
      repository,
      revision,
      tree,
      commit,
      author,
      committedAt,
      subject,
      ...(made.commits && { commits: made.commits }),
    },
    run: {
      workflowId: run.workflowId,
      firstRunId: run.releaseId,
      ...(input.timebox !== undefined && { timebox: input.timebox }),
    },
    images: made.images,
    sdks: made.sdks,
    ...(definition.methodology !== undefined && { methodology: definition.methodology }),
    ...(plan !== undefined && { plan }),
  };
}
