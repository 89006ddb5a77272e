import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Containment } from '../../adapters/containment/containment.js';
import { containmentsHere, whyNot } from '../../adapters/containment/detect.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { buildActivitiesOf, buildDepsIn, fetched } from '../support/build-deps.js';
import { onTestFinished } from '../support/clean-up.js';
import { repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

/**
 * An attacker who may commit to a product: what its `build` and `test` commands try, through the real activities, with
 * the data folder of a worker around them. Each attack prints or packs what it finds; a secret that shows up anywhere
 * has leaked.
 */

const secret = 'the-signing-key-of-the-worker';
const environment = childEnvironment(process.env);

const scratch = await scratchFolder();
const forms: [string, Containment][] = [];
for (const one of containmentsHere())
  if ((await whyNot(one, { environment, scratchFolder: scratch })) === undefined) forms.push([one.name, one]);
if (forms.length === 0) throw new Error('this machine offers no containment: the attacks cannot be shown to fail');

describe.each(forms)('contained by %s, a product', (_name, containment) => {
  /** Releases a product with these commands, up to the given activity. */
  async function attack(commands: Commands) {
    const dataDir = await scratchFolder();
    for (const name of ['keys/build', 'identities/alice', 'npm/default/other'])
      await mkdir(join(dataDir, name), { recursive: true });
    await writeFile(join(dataDir, 'keys/build/key.pem'), secret);
    await writeFile(join(dataDir, 'identities/alice/token'), secret);
    const repository = await repositoryOf(join(dataDir, 'repository'), smallProduct(replace(commands, dataDir)));
    const deps = buildDepsIn(dataDir, {
      detection: { containment },
      npmCacheFolder: join(dataDir, 'npm'),
    });
    const activities = buildActivitiesOf(deps);
    const { common } = await fetched(activities, repository, 'small');
    return { dataDir, deps, activities, common, input: { ...common, service: 'web' } };
  }

  /** The output of a build that fails at its end, so that what it printed is in the error. */
  async function outputOf(build: string): Promise<{ readonly output: string; readonly dataDir: string }> {
    const { activities, input, dataDir } = await attack({ build: `exec 2>&1; ${build}; exit 1` });
    const error: unknown = await activities.buildImage(input).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ type: expect.stringMatching(/^BUILD_(FAILED|WROTE_OUTSIDE)$/) });
    return { output: JSON.stringify(error), dataDir };
  }

  test.each([
    ['the keys of the worker', 'ls -R DATA/keys; cat DATA/keys/build/key.pem DATA/identities/alice/token'],
    ['them through a link', 'ln -s DATA/keys/build/key.pem link; cat link; ln DATA/keys/build/key.pem hard; cat hard'],
    [
      'them through another process',
      'for one in /proc/[0-9]*; do cat "$one/rootDATA/keys/build/key.pem" "$one/cwd/../keys/build/key.pem"; done',
    ],
    [
      'them through the worker',
      `cat /proc/${process.pid}/rootDATA/keys/build/key.pem; cat /proc/${process.pid}/environ`,
    ],
    ['them with rights of its own namespace', `unshare -Urm sh -c 'umount -l /tmp; cat DATA/keys/build/key.pem'`],
  ])('does not read %s', async (_what, build) => {
    const { output } = await outputOf(build);
    expect(output).not.toContain(secret);
    expect(output).toMatch(/No such file|nonexistent|denied|not permitted/i);
  });

  test('does not read the home of the user', async () => {
    const { output } = await outputOf(`ls -A '${homedir()}' && echo can-be-read`);
    expect(output).not.toContain('can-be-read');
  });

  test.each([
    ['into the data folder', 'echo x > DATA/keys/build/key.pem; rm -rf DATA/keys'],
    [
      'through the root of another process',
      `for one in /proc/[0-9]*; do echo x > "$one/rootDATA/keys/build/key.pem"; done`,
    ],
    [
      'into the npm cache of another product',
      'echo x > DATA/npm/default/other/poison; mkdir -p DATA/npm/default/other && echo x > DATA/npm/default/other/poison',
    ],
  ])('does not write %s', async (_where, build) => {
    const { dataDir } = await outputOf(build);
    expect(await readFile(join(dataDir, 'keys/build/key.pem'), 'utf8')).toBe(secret);
    expect(await readdir(join(dataDir, 'npm/default/other'))).toEqual([]);
  });

  test('does not touch the worker', async () => {
    const { output } = await outputOf(
      `kill -0 ${process.pid} && echo alive; kill -9 ${process.pid}; head -c 1 /proc/${process.pid}/mem`,
    );
    expect(output).not.toContain('alive');
  });

  test('gets nothing packed that a link in the place of its folder leads to', async () => {
    const { activities, input, dataDir } = await attack({
      build: 'cd .. && mv source moved && ln -s DATA/keys/build source',
    });
    await expect(activities.buildImage(input)).rejects.toMatchObject({ type: 'INVALID_PRODUCT_FILE' });
    const linked = await attack({ build: `ln -s '${dataDir}/keys/build/key.pem' key.pem` });
    await expect(linked.activities.buildImage(linked.input)).rejects.toMatchObject({ type: 'BUILD_FAILED' });
    expect(await blobsOf(dataDir)).not.toContain(secret);
  });

  test('gets no link accepted as its report', async () => {
    const { activities, input, dataDir } = await attack({ test: 'ln -s DATA/keys/build/key.pem "$JUNIT_FILE"' });
    const { image } = await activities.buildImage(input);
    const images = [{ service: 'web', image }];
    await expect(activities.qualifyImage({ ...input, images })).rejects.toMatchObject({ type: 'TESTS_FAILED' });
    const folder = await attack({
      test: 'cd "$(dirname "$JUNIT_FILE")" && cd .. && rm -r reports && ln -s DATA/keys reports',
    });
    const built = await folder.activities.buildImage(folder.input);
    await expect(
      folder.activities.qualifyImage({ ...folder.input, images: [{ service: 'web', image: built.image }] }),
    ).rejects.toMatchObject({ type: 'TESTS_FAILED' });
    expect(await readdir(join(dataDir, 'scratch'))).toEqual([]);
  });

  test('gets no link accepted as its packed SDK', async () => {
    const linked = await attack({
      ...{ sdk: '.', sdkBuild: 'mkdir -p ../packed && ln -s DATA/keys/build/key.pem ../packed/small-1.0.0.tgz' },
    });
    const pack = ({ activities, common }: typeof linked) => activities.packSdk({ ...common, sdk: 'client' });
    await expect(pack(linked)).rejects.toMatchObject({ type: 'BUILD_FAILED' });
    expect(await blobsOf(linked.dataDir)).not.toContain(secret);
    await expect(pack(await attack({ sdk: '.', sdkBuild: 'ln -s / ../packed' }))).rejects.toMatchObject({
      type: 'BUILD_WROTE_OUTSIDE',
    });
  });

  test('leaves no process and no file behind', async () => {
    const { activities, input, deps } = await attack({
      build:
        '(setsid sleep 2721 >/dev/null 2>&1 </dev/null &); mkdir -p "$TMPDIR/a/b"; chmod 0 "$TMPDIR/a/b" "$TMPDIR/a"',
    });
    const { image } = await activities.buildImage(input);
    await unpackImage(deps.blobs.of('default'), image, join(await scratchFolder(), 'image'));
    expect(await readdir(deps.scratchFolder)).toEqual([]);
    expect(await commandLines()).not.toContain(['sleep', '2721', ''].join('\0'));
  });

  test('that does without a network reaches nothing on this machine', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => server.close());
    const address = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const reach = `node -e 'fetch("${address}").then(() => process.exit(0), () => process.exit(3))'`;
    const connected = await attack({ build: reach });
    await connected.activities.buildImage(connected.input);
    expect(requests).toBe(1);
    const { activities, input } = await attack({ build: reach, network: 'none' });
    await expect(activities.buildImage(input)).rejects.toMatchObject({ type: 'BUILD_FAILED' });
    expect(requests).toBe(1);
  });
});

/** What a product says about itself. */
type Commands = NonNullable<Parameters<typeof smallProduct>[0]>;

/** The commands with the data folder for DATA. */
function replace(commands: Commands, dataDir: string): Commands {
  return Object.fromEntries(
    Object.entries(commands).map(([name, line]) => [name, String(line).replaceAll('DATA', dataDir)]),
  );
}

/** Everything in the content store, as text. */
async function blobsOf(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'blobs/sha256');
  const texts = (await readdir(folder)).map((name) => readFile(join(folder, name), 'latin1'));
  return (await Promise.all(texts)).join('\n');
}

/** The command lines of all processes. */
async function commandLines(): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
}
