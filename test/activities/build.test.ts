import { access, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, test } from '@jest/globals';
import { uncontained } from '../../adapters/containment/containment.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import { buildActivitiesOf, buildDepsIn, fetched, quietEnvironment } from '../support/build-deps.js';
import { repositoryOf, repositoryOfExample } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

/** Build activities for a small product. */
async function small(
  change: Parameters<typeof smallProduct>[0] = {},
  deps: Parameters<typeof buildDepsIn>[1] = {},
  environment?: MockActivityEnvironment,
) {
  const folder = await scratchFolder();
  const repository = await repositoryOf(join(folder, 'repository'), smallProduct(change));
  const allDeps = buildDepsIn(folder, deps);
  const activities = buildActivitiesOf(allDeps, environment);
  const { common } = await fetched(activities, repository, 'small');
  return { folder, activities, deps: allDeps, input: { ...common, service: 'web' } };
}

describe('a build', () => {
  test('puts production dependencies and the named files into the image, and nothing else', async () => {
    const folder = await scratchFolder();
    const deps = buildDepsIn(folder);
    const activities = buildActivitiesOf(deps);
    const repository = await repositoryOfExample(join(folder, 'repository'), 'agents-runtime');
    const { common } = await fetched(activities, repository, 'agents-runtime');
    const built = await activities.buildImage({ ...common, service: 'agents' });
    const { workingDir } = await unpackImage(deps.blobs.of('default'), built.image, join(folder, 'image'));
    expect(await readdir(workingDir)).toEqual([
      'node_modules',
      'package-lock.json',
      'package.json',
      'plan.json',
      'src',
    ]);
    expect(await readdir(join(workingDir, 'node_modules'))).toEqual(['.bin', 'yaml']);
    expect(await readdir(deps.scratchFolder)).toEqual([]);
  });

  test('that fails says how the build ended, and leaves no scratch folder', async () => {
    const { activities, input, deps } = await small({ build: 'echo compiling; echo it broke >&2; exit 3' });
    await expect(activities.buildImage(input)).rejects.toMatchObject({
      type: 'BUILD_FAILED',
      nonRetryable: true,
      details: [{ why: expect.stringContaining('it broke') }],
    });
    expect(await readdir(deps.scratchFolder)).toEqual([]);
  });

  test('that hangs is killed', async () => {
    const { activities, input } = await small({ build: 'sleep 300', seconds: 1 });
    await expect(activities.buildImage(input)).rejects.toMatchObject({
      type: 'BUILD_TIMED_OUT',
    });
  });

  test('that writes outside its folder is refused, and nothing is written', async () => {
    const target = '/usr/lanekeeper-escaped';
    const { activities, input } = await small({ build: `echo x > ${target}` });
    await expect(activities.buildImage(input)).rejects.toMatchObject({ type: 'BUILD_WROTE_OUTSIDE' });
    await expect(access(target)).rejects.toThrow();
  });

  test('that writes into the repository is noticed even without containment', async () => {
    const folder = join(await scratchFolder(), 'written');
    await mkdir(folder);
    const change = { detection: { containment: uncontained } };
    const { activities, input } = await small({ build: `echo x >> '${folder}/server.mjs'` }, change);
    await expect(activities.buildImage({ ...input, repository: folder })).rejects.toMatchObject({
      type: 'BUILD_WROTE_OUTSIDE',
    });
  });

  test('is refused where the machine cannot contain it, before the commit is read', async () => {
    const folder = await scratchFolder();
    const why = 'bubblewrap: bwrap cannot be started; namespaces: it was tried out';
    const deps = buildDepsIn(folder, { detection: { containment: undefined, why } });
    const repository = await repositoryOf(join(folder, 'repository'), smallProduct());
    await expect(fetched(buildActivitiesOf(deps), repository, 'small')).rejects.toMatchObject({
      type: 'CONFIGURATION',
      nonRetryable: true,
      details: [{ why: expect.stringContaining(why), next: expect.stringContaining('--uncontained') }],
    });
  });

  test('of a product that says so has no network', async () => {
    const connect = `node -e 'fetch("http://127.0.0.1:1").catch((e) => console.log(e.cause.code))' > found`;
    const interfaces = `node -p 'Object.keys(os.networkInterfaces()).filter((name) => name !== "lo").length' >> found`;
    const { activities, input } = await small({
      build: `${connect} && ${interfaces} && cat found && [ "$(tail -n 1 found)" = 0 ]`,
      network: 'none',
    });
    await expect(activities.buildImage(input)).resolves.toMatchObject({ service: 'web' });
  });

  test('that does not produce its entry is refused', async () => {
    const { activities, input } = await small({ entry: 'dist/main.mjs' });
    await expect(activities.buildImage(input)).rejects.toMatchObject({ type: 'BUILD_FAILED' });
  });

  test('removes what a killed worker left behind', async () => {
    const folder = await scratchFolder();
    const deps = buildDepsIn(folder);
    await mkdir(join(deps.scratchFolder, 'build-4194305-left'), { recursive: true });
    await mkdir(join(deps.scratchFolder, `build-${process.pid}-mine`));
    await fetched(buildActivitiesOf(deps), await repositoryOf(join(folder, 'repository'), smallProduct()), 'small');
    expect(await readdir(deps.scratchFolder)).toEqual([`build-${process.pid}-mine`]);
  });

  test('heartbeats, and leaves nothing behind when it is cancelled', async () => {
    const environment = quietEnvironment();
    const { activities, input, deps } = await small({ build: 'sleep 300' }, {}, environment);
    environment.on('heartbeat', () => {
      environment.cancel();
    });
    await expect(activities.buildImage(input)).rejects.toMatchObject({ name: 'CancelledFailure' });
    expect(await readdir(deps.scratchFolder)).toEqual([]);
  });
});

describe('a commit', () => {
  test.each([
    ['no lanekeeper.yaml', {}, 'INVALID_PRODUCT_FILE'],
    ['an invalid lanekeeper.yaml', { 'lanekeeper.yaml': 'kind: Product' }, 'INVALID_PRODUCT_FILE'],
    ['another product', smallProduct({ name: 'other' }), 'INVALID_PRODUCT_FILE'],
  ])('with %s is refused', async (_what, files, type) => {
    const folder = await scratchFolder();
    const repository = await repositoryOf(join(folder, 'repository'), { 'readme.md': 'hello', ...files });
    await expect(fetched(buildActivitiesOf(buildDepsIn(folder)), repository, 'small')).rejects.toMatchObject({
      type,
      nonRetryable: true,
    });
  });

  test('that does not exist is refused', async () => {
    const folder = await scratchFolder();
    const { folder: repository } = await repositoryOf(join(folder, 'repository'), smallProduct());
    const activities = buildActivitiesOf(buildDepsIn(folder));
    activities.callFrom('small', 'f'.repeat(40));
    await expect(activities.fetchSource({ repository })).rejects.toMatchObject({ type: 'UNKNOWN_REVISION' });
    await mkdir(join(folder, 'empty'));
    await expect(activities.fetchSource({ repository: join(folder, 'empty') })).rejects.toMatchObject({
      type: 'UNKNOWN_REVISION',
    });
  });
});
