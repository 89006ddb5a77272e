import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Engine, startEngine } from '../support/engine.js';
import { git, repositoryOf } from '../support/git-repository.js';
import { type ApiOnEngine, startApiOn } from '../support/lane-runner.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

let engine: Engine;
let api: ApiOnEngine;
beforeAll(async () => {
  engine = await startEngine();
  api = await startApiOn(engine);
}, 300_000);
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await api.close();
  await engine.close();
  expect(api.reports).toEqual([]);
});

/** Runs `lane` in a folder. */
function laneIn(folder: string, person: string, ...args: string[]) {
  jest.spyOn(process, 'cwd').mockReturnValue(folder);
  return api.lane(person, ...args);
}

/** A repository with a clone of it. */
async function cloned(name: string) {
  const scratch = await scratchFolder();
  const { folder, revision } = await repositoryOf(join(scratch, 'origin'), smallProduct({ name }));
  const clone = join(scratch, 'clone');
  await git(scratch, 'clone', '--quiet', `file://${folder}`, clone);
  return { folder, clone, revision };
}

describe('lane release', () => {
  it('releases again from the same folder, and from no other until an operator rebinds the product', async () => {
    const { folder, clone } = await cloned('folders');
    expect(await laneIn(folder, 'dev', 'release')).toMatchObject({ code: 0 });
    expect(await laneIn(folder, 'dev', 'release')).toMatchObject({ code: 0 });
    const refused = await laneIn(clone, 'dev', 'release');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`product folders is released from ${folder}, not from ${clone}`);
    const rebind = ['product', 'rebind', 'folders', '--repository', clone, '--reason', 'it has moved'];
    expect(await api.lane('alice', ...rebind)).toMatchObject({ code: 4 });
    expect(await api.lane('carol', ...rebind)).toMatchObject({
      ...{ code: 0, stdout: `product folders is bound to repository ${clone}` },
    });
    expect(await laneIn(clone, 'dev', 'release')).toMatchObject({ code: 0 });
    const missing = ['product', 'rebind', 'folders', '--repository', `${clone}-missing`, '--reason', 'a typing error'];
    expect((await api.lane('carol', ...missing)).code).not.toBe(0);
    expect(await api.json('dev', 'product', 'show', 'folders')).toMatchObject({ repository: clone });
  });

  it('releases a product that is bound to a URL from any clone of it, as a release of the URL', async () => {
    const { folder, clone, revision } = await cloned('urls');
    const url = `file://${folder}`;
    expect(await laneIn(clone, 'dev', 'product', 'add', '--repository', url)).toMatchObject({ code: 0 });
    const released = await laneIn(clone, 'dev', 'release');
    expect(released.stderr).toContain(`releasing from ${url}`);
    expect(released.code).toBe(0);
    const { repository, tree } = await api.json('dev', 'bundle', 'show', released.stdout);
    expect({ repository, tree }).toEqual({
      repository: url,
      tree: await git(clone, 'rev-parse', `${revision}^{tree}`),
    });
    expect((await api.lane('dev', 'bundle', 'show', released.stdout)).stdout).toMatch(/tree:\s+[0-9a-f]{40}/);
  });

  it('gives one bundle for a commit, from whichever of five differently configured clones', async () => {
    const { folder } = await cloned('five');
    const url = `file://${folder}`;
    const configured: readonly ((clone: string) => Promise<unknown>)[] = [
      (clone) => git(clone, 'config', 'core.autocrlf', 'true'),
      (clone) => git(clone, 'config', 'filter.evil.smudge', 'echo EVIL; cat'),
      (clone) => writeFile(join(clone, '.git/info/attributes'), '* export-ignore filter=evil\n'),
      async (clone) =>
        git(clone, 'replace', '--graft', 'HEAD', await git(clone, 'commit-tree', 'HEAD^{tree}', '-m', 'x')),
      (clone) => git(clone, 'config', 'core.fileMode', 'false'),
    ];
    const bundles = new Set<string>();
    for (const [at, configure] of configured.entries()) {
      const clone = join(await scratchFolder(), 'clone');
      await git(folder, 'clone', '--quiet', url, clone);
      await configure(clone);
      if (at === 0) await laneIn(clone, 'dev', 'product', 'add', '--repository', url);
      const released = await laneIn(clone, 'dev', 'release');
      expect(released).toMatchObject({ code: 0 });
      bundles.add(released.stdout);
    }
    expect([...bundles]).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)]);
  });
});

describe('lane product repositories', () => {
  it('shows what is allowed, and lets only operators change it', async () => {
    const { folder } = await cloned('allowed');
    const run = (person: string, ...args: string[]) => api.lane(person, 'product', 'repositories', ...args);
    expect((await run('bob', 'list')).stdout).toBe('every repository is allowed');
    expect(await run('bob', 'allow', '/srv/git/*')).toMatchObject({ code: 4 });
    expect(await run('carol', 'allow', 'srv')).toMatchObject({ code: 2 });
    expect((await run('carol', 'allow', '/srv/git/*')).stdout).toMatch(/\/srv\/git\/\*\s.*carol/);
    const refused = await laneIn(folder, 'dev', 'release');
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain(`nothing is released from ${folder}`);
    expect((await run('carol', 'disallow', '/srv/git/*')).stdout).toBe('every repository is allowed');
    expect(await laneIn(folder, 'dev', 'release')).toMatchObject({ code: 0 });
  });
});
