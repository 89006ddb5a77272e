import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { BuildActivities } from '../../activities/release/types.js';
import { readPackage } from '../../adapters/npm-pack/read-package.js';
import type { Digest } from '../../core/digest.js';
import { parseStatement, subjectDigestsOf } from '../../core/evidence/statement.js';
import { workflowIds } from '../../core/ids.js';
import { buildActivitiesOf, buildDepsIn, fetched } from '../support/build-deps.js';
import { repositoryOf, repositoryOfExample } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

const run = {
  startedOn: '2026-03-01T10:00:00.000Z',
  finishedOn: '2026-03-01T10:01:00.000Z',
};

/** The example product with both images built. */
async function builtExample() {
  const folder = await scratchFolder();
  const deps = buildDepsIn(folder);
  const activities = buildActivitiesOf(deps);
  const repository = await repositoryOfExample(join(folder, 'repository'), 'agents-runtime');
  const { source, common } = await fetched(activities, repository, 'agents-runtime');
  const images = [];
  for (const service of source.definition.services)
    images.push({
      service: service.name,
      image: (await activities.buildImage({ ...common, service: service.name })).image,
    });
  const json = async (digest: Digest) =>
    JSON.parse((await deps.blobs.of('default').get(digest)).toString()) as Record<string, unknown>;
  return { deps, activities, source, common, images, json, revision: repository.revision };
}

/** Qualifies the small product with this test command. */
async function qualifySmall(command: string): Promise<Awaited<ReturnType<BuildActivities['qualifyImage']>>> {
  const folder = await scratchFolder();
  const activities = buildActivitiesOf(buildDepsIn(folder));
  const { common } = await fetched(
    activities,
    await repositoryOf(join(folder, 'repository'), smallProduct({ test: command, seconds: 5 })),
    'small',
  );
  const input = { ...common, service: 'web' };
  return activities.qualifyImage({
    ...input,
    images: [{ service: 'web', image: (await activities.buildImage(input)).image }],
  });
}

describe('the example product', () => {
  test("passes its own tests against the unpacked images, and the report is about the image's digest", async () => {
    const { activities, common, images, json } = await builtExample();
    const web = await activities.qualifyImage({ ...common, images, service: 'web' });
    expect(web).toMatchObject({ passed: 3, failed: 0, skipped: 0 });
    const statement = parseStatement(await json(web.statement.statement));
    expect(subjectDigestsOf(statement)).toEqual([images[1]!.image]);
    expect(statement.predicate).toMatchObject({
      result: 'PASSED',
      configuration: [{ uri: web.report.uri, annotations: { suite: 'image' } }],
    });
  });

  test('has SBOMs of what is in the image, the same each time', async () => {
    const { activities, source, common, images, json, revision } = await builtExample();
    const service = 'agents';
    const built = { service: 'agents', image: images[0]!.image, size: 1, nodeVersion: 'v20' };
    const [one, other] = [
      await activities.describeImage({ ...common, ...run, service, built }),
      await activities.describeImage({ ...common, ...run, service, built }),
    ];
    expect(other).toEqual(one);
    expect(one.sboms.map(({ format, specVersion }) => `${format} ${specVersion}`)).toEqual([
      'SPDX 2.3',
      'CycloneDX 1.5',
    ]);
    const cycloneDx = await json(one.sboms[1]!.checksum);
    expect(cycloneDx).toMatchObject({
      metadata: { component: { name: 'agents' } },
      components: [{ purl: 'pkg:npm/yaml@2.9.1', hashes: [{ alg: 'SHA-512' }] }],
    });
    const provenance = parseStatement(await json(one.provenance.statement));
    expect(provenance.predicate).toMatchObject({
      runDetails: {
        metadata: { invocationId: `${workflowIds.release('default', 'agents-runtime', revision)}/first-run` },
      },
      buildDefinition: {
        externalParameters: { revision },
        resolvedDependencies: [{ digest: { gitCommit: revision, gitTree: source.tree } }],
      },
    });
  });

  test('has an SDK that is packed by npm, names its revision, and is described as images are', async () => {
    const folder = await scratchFolder();
    const deps = buildDepsIn(folder);
    const activities = buildActivitiesOf(deps);
    const repository = await repositoryOfExample(join(folder, 'repository'), 'agents-runtime');
    const { revision } = repository;
    const { common } = await fetched(activities, repository, 'agents-runtime');
    const input = { ...common, sdk: 'client' };
    const packed = await activities.packSdk(input);
    const { checksum } = packed.sdk;
    expect(packed.sdk).toMatchObject({
      ...{ name: 'client', package: '@agents-runtime/client', version: '1.0.0' },
      file: 'agents-runtime-client-1.0.0.tgz',
    });
    expect(await readPackage(deps.blobs.of('default'), checksum)).toMatchObject({ revision, size: packed.sdk.size });
    const toDescribe = { ...input, ...run, packed: checksum, nodeVersion: packed.nodeVersion };
    const described = await activities.describeSdk(toDescribe);
    expect(await activities.describeSdk(toDescribe)).toEqual(described);
    const provenance = parseStatement(
      JSON.parse((await deps.blobs.of('default').get(described.provenance.statement)).toString()),
    );
    expect(subjectDigestsOf(provenance)).toEqual([checksum]);
    expect(provenance.predicate).toMatchObject({
      buildDefinition: {
        buildType: 'https://lanekeeper.dev/build/npm-package/v1',
        externalParameters: { repository: common.repository, revision, sdk: 'client' },
      },
    });
  });
});

describe('tests of a product', () => {
  const report = (content: string) => `printf '<testsuites>${content}</testsuites>' > "$JUNIT_FILE"`;
  const passes = report('<testcase name="a"/>');

  test.each([
    [
      'one test fails',
      report('<testcase name="a"/><testcase name="b"><failure/></testcase>'),
      'TESTS_FAILED',
      '1 of 2 failed: b',
    ],
    ['the command fails although every test passed', `${passes}; echo too late; exit 1`, 'TESTS_FAILED', 'too late'],
    ['there is no report', 'true', 'TESTS_FAILED', 'no JUnit report'],
    ['they hang', `${passes}; sleep 300`, 'TESTS_FAILED', 'took longer than 5 s'],
    ['the report is not JUnit', 'echo fine > "$JUNIT_FILE"', 'EVIDENCE_INVALID', ''],
    ['no test ran', report(''), 'EVIDENCE_INVALID', 'no test ran'],
    ['they write outside their folder', `${passes}; echo x > /usr/escaped`, 'BUILD_WROTE_OUTSIDE', ''],
  ])('qualify no image when %s', async (_when, command, type, why) => {
    await expect(qualifySmall(command)).rejects.toMatchObject({
      type,
      nonRetryable: true,
      details: [{ why: expect.stringContaining(why) }],
    });
  });

  test('are told where the unpacked image is', async () => {
    const result = await qualifySmall(
      `test -f "$IMAGE_DIR/$IMAGE_ENTRY" && test "$WEB_IMAGE_DIR" = "$IMAGE_DIR" && ${passes}`,
    );
    expect(result).toMatchObject({ passed: 1, failed: 0 });
  });
});
