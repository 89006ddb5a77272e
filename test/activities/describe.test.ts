import { join } from 'node:path';
import { expect, test } from '@jest/globals';
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
  for (const sbom of sboms) expect((await deps.blobs.get(sbom.checksum)).toString()).not.toContain('typescript');
});
