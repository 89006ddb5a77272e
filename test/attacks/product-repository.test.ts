import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { uncontained } from '../../adapters/containment/containment.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import { workflowIds } from '../../core/ids.js';
import { parseManifest } from '../../core/release/manifest.js';
import { requireBundle } from '../../store/bundle/read.js';
import { requireProduct } from '../../store/product/read.js';
import { rebindProduct } from '../../store/product/write.js';
import { taskQueues } from '../../temporal-config/task-queues.js';
import { type ReleaseInput, type ReleaseResult, releaseWorkflowType } from '../../workflows/release/contract.js';
import { buildActivitiesOf, buildDepsIn, fetched } from '../support/build-deps.js';
import { type Engine, startEngine } from '../support/engine.js';
import { failureOf } from '../support/failures.js';
import { git, type Repository, repositoryOf } from '../support/git-repository.js';
import { hostilities } from '../support/hostile-origin.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

/** An attacker who owns the repository of a product, its folder, or another repository with the same product in it. */
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 300_000);
afterAll(() => engine.close());

function start(product: string, { folder, revision }: Repository) {
  const input: ReleaseInput = { tenant: 'default', product, revision, repository: folder };
  return engine.client.workflow.start(releaseWorkflowType, {
    ...{ workflowId: workflowIds.release('default', product, revision), taskQueue: taskQueues.control, args: [input] },
  });
}

const release = async (product: string, repository: Repository) =>
  (await (await start(product, repository)).result()) as ReleaseResult;

/** In an order in which git still works in the folder while it is prepared. */
const all = [
  'a replacement of the commit',
  'hooks',
  'a server for objects that are missing',
  'objects that are elsewhere',
  'line endings of another system',
  'a smudge filter',
  'export-ignore in its own attributes',
  'a configuration that it includes, and another work tree',
];

describe('a folder whose owner is hostile', () => {
  test('a release of a repository in which all of that was done is the release of the commit', async () => {
    const scratch = await scratchFolder();
    const repository = await repositoryOf(join(scratch, 'origin'), smallProduct({ name: 'tampered' }));
    const server = await readFile(join(repository.folder, 'server.mjs'), 'utf8');
    const tree = await git(repository.folder, 'rev-parse', 'HEAD^{tree}');
    const proof = join(scratch, 'proof');
    for (const name of all) await hostilities[name]!({ origin: repository, proof });
    const { state, bundle } = await release('tampered', repository);
    expect(state).toBe('SEALED');
    const sealed = await engine.database.transaction('default', (tx) => requireBundle(tx, bundle!));
    const { source, images } = parseManifest(sealed.manifest);
    expect(source).toMatchObject({ revision: repository.revision, tree, author: { email: 'ada@example.com' } });
    const { workingDir } = await unpackImage(engine.blobs, images[0]!.digest, join(scratch, 'image'));
    expect(await readFile(join(workingDir, 'server.mjs'), 'utf8')).toBe(server);
    await expect(access(proof)).rejects.toThrow();
    expect(await release('tampered', repository)).toMatchObject({ state: 'ALREADY_SEALED', bundle });
  });

  test('another repository does not release the product, even when it holds the same commit', async () => {
    const scratch = await scratchFolder();
    const first = await repositoryOf(join(scratch, 'origin'), smallProduct({ name: 'bound' }));
    await release('bound', first);
    const second = await repositoryOf(first.folder, { 'more.txt': 'more' });
    const clone = { ...second, folder: join(scratch, 'clone') };
    await git(scratch, 'clone', '--quiet', second.folder, clone.folder);
    expect(await failureOf((await start('bound', clone)).result())).toMatchObject({ type: 'WRONG_REPOSITORY' });
    const bound = () => engine.database.transaction('default', (tx) => requireProduct(tx, 'bound'));
    expect((await bound()).repository).toBe(first.folder);
    const rebind = { name: 'bound', repository: clone.folder, reason: 'it has moved', by: 'carol' };
    await engine.database.transaction('default', (tx) => rebindProduct(tx, rebind));
    expect(await release('bound', clone)).toMatchObject({ state: 'SEALED' });
  });
});

describe('a step that is given', () => {
  /** An honest commit, and one whose commands leave a proof that they ran, both in the content store. */
  async function scene() {
    const scratch = await scratchFolder();
    const proof = join(scratch, 'proof');
    const activities = buildActivitiesOf(buildDepsIn(scratch, { detection: { containment: uncontained } }));
    const touch = `touch ${proof}`;
    const evil = await repositoryOf(join(scratch, 'evil'), smallProduct({ build: touch, test: touch }));
    const { common: bad } = await fetched(activities, evil, 'small');
    const honest = await repositoryOf(join(scratch, 'honest'), smallProduct());
    const { common: good } = await fetched(activities, honest, 'small');
    return { activities, proof, good, bad };
  }

  test.each<[string, (made: Awaited<ReturnType<typeof scene>>) => object]>([
    ['the files of another commit', ({ bad }) => ({ archive: bad.archive })],
    ['the object of another commit', ({ bad }) => ({ commit: bad.commit })],
    ['all of another commit', ({ bad }) => bad],
    ['its files as the object of the commit', ({ good }) => ({ commit: good.archive })],
  ])('%s is refused before anything runs', async (_what, change) => {
    const made = await scene();
    const { activities, good, proof } = made;
    const input = { ...good, ...change(made), service: 'web', sdk: 'web' };
    const { sdk, ...service } = input;
    const { service: _none, ...forSdk } = input;
    const built = { service: 'web', image: good.archive, size: 1, nodeVersion: 'v20' };
    const at = '2026-03-01T10:00:00.000Z';
    for (const attack of [
      () => activities.buildImage(service),
      () => activities.describeImage({ ...service, built, startedOn: at, finishedOn: at }),
      () => activities.packSdk({ ...forSdk, sdk }),
      () => activities.qualifyImage({ ...service, images: [{ service: 'web', image: good.archive }] }),
    ])
      await expect(attack()).rejects.toMatchObject({ type: 'SOURCE_REFUSED', nonRetryable: true });
    await expect(access(proof)).rejects.toThrow();
  });

  test('what is not in the committed file is not built', async () => {
    const { activities, good, proof } = await scene();
    const definition = { name: 'web', path: '.', build: [`touch ${proof}`] };
    await expect(activities.buildImage({ ...good, service: 'admin' })).rejects.toMatchObject({
      type: 'INVALID_PRODUCT_FILE',
    });
    for (const input of [
      { ...good, service: definition },
      { ...good, service: 'web', build: definition.build },
    ])
      await expect(activities.buildImage(input as never)).rejects.toMatchObject({ type: 'INVALID_INPUT' });
    await expect(access(proof)).rejects.toThrow();
  });
});
