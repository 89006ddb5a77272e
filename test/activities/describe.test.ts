import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildActivitiesOf, buildDepsIn, fetched } from '../support/build-deps.js';
import { repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

test('an image is described although its package.json names development packages, which it does not contain', async () => {
  const folder = await scratchFolder();
  const manifest = {
    name: 'small',
    version: '1.0.0',
    type: 'module',
    license: 'Apache-2.0',
    devDependencies: { typescript: '6.0.3' },
  };
  const repository = await repositoryOf(join(folder, 'repository'), {
    ...smallProduct(),
    'package.json': JSON.stringify(manifest),
  });
  const deps = buildDepsIn(folder);
  const activities = buildActivitiesOf(deps);
  const { common } = await fetched(activities, repository, 'small');
  const input = { ...common, service: 'web' };
  const built = await activities.buildImage(input);
  const at = '2026-03-01T09:00:00Z';
  const { sboms } = await activities.describeImage({
    ...input,
    built,
    startedOn: at,
    finishedOn: at,
  });
  expect(sboms.map((sbom) => sbom.format)).toEqual(['SPDX', 'CycloneDX']);
  for (const sbom of sboms)
    expect((await deps.blobs.of('default').get(sbom.checksum)).toString()).not.toContain('typescript');
});

describe('an SDK', () => {
  const packageOf = (change: object): string =>
    JSON.stringify({ name: '@small/client', version: '2.0.0', license: 'Apache-2.0', ...change });
  const lockOf = (dependency: string, dev: boolean): string =>
    JSON.stringify({
      ...{ name: '@small/client', version: '2.0.0', lockfileVersion: 3, requires: true },
      packages: {
        '': {
          name: '@small/client',
          version: '2.0.0',
          [dev ? 'devDependencies' : 'dependencies']: { [dependency]: '2.9.1' },
        },
        [`node_modules/${dependency}`]: {
          ...{
            version: '2.9.1',
            license: 'ISC',
            resolved: `https://registry.example/${dependency}/-/${dependency}-2.9.1.tgz`,
          },
          ...(dev && { dev }),
        },
      },
    });
  /** Packs and describes the SDK in the folder `client` with these files. */
  async function describedWith(files: Readonly<Record<string, string>>) {
    const folder = await scratchFolder();
    const inFolder = Object.fromEntries(Object.entries(files).map(([name, text]) => [`client/${name}`, text]));
    const repository = await repositoryOf(join(folder, 'repository'), {
      ...smallProduct({ sdk: 'client' }),
      ...inFolder,
    });
    const deps = buildDepsIn(folder);
    const activities = buildActivitiesOf(deps);
    const { common } = await fetched(activities, repository, 'small');
    const input = { ...common, sdk: 'client' };
    const { sdk, nodeVersion } = await activities.packSdk(input);
    const at = '2026-03-01T09:00:00Z';
    const { sboms } = await activities.describeSdk({
      ...{ ...input, packed: sdk.checksum, nodeVersion },
      ...{ startedOn: at, finishedOn: at },
    });
    return Promise.all(sboms.map(async ({ checksum }) => (await deps.blobs.of('default').get(checksum)).toString()));
  }

  test('has SBOMs of what its lockfile says, without anything being installed', async () => {
    const documents = await describedWith({
      'package.json': packageOf({ dependencies: { yaml: '2.9.1' } }),
      'package-lock.json': lockOf('yaml', false),
    });
    expect(documents).toHaveLength(2);
    for (const document of documents) expect(document).toContain('pkg:npm/yaml@2.9.1');
    const [, cycloneDx = ''] = documents;
    expect(JSON.parse(cycloneDx)).toMatchObject({
      metadata: { component: { type: 'library', name: '@small/client' } },
    });
  });

  test('has SBOMs without what only its development needs', async () => {
    const documents = await describedWith({
      'package.json': packageOf({ devDependencies: { yaml: '2.9.1' } }),
      'package-lock.json': lockOf('yaml', true),
    });
    for (const document of documents) expect(document).not.toContain('yaml');
  });

  test('needs no lockfile when it depends on nothing', async () => {
    expect(await describedWith({ 'package.json': packageOf({}) })).toHaveLength(2);
  });

  test.each([
    ['depends on something and has no lockfile', {}],
    ['has a lockfile that does not know what it depends on', { 'package-lock.json': lockOf('other', false) }],
  ])('that %s is refused', async (_what, files) => {
    const described = describedWith({ 'package.json': packageOf({ dependencies: { yaml: '2.9.1' } }), ...files });
    await expect(described).rejects.toMatchObject({ type: 'BUILD_FAILED', nonRetryable: true });
  });
});
