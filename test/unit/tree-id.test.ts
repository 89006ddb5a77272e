import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { treeIdOfFolder } from '../../adapters/git/tree-id.js';
import { git, repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

let folder: string;
let tree: string;
beforeEach(async () => {
  ({ folder } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a', 'a/b/ü.txt': 'b', 'run.sh': 'x' }));
  await chmod(join(folder, 'run.sh'), 0o755);
  await symlink('a.txt', join(folder, 'link'));
  await git(folder, 'add', '--all');
  tree = await git(folder, 'write-tree');
  await rm(join(folder, '.git'), { recursive: true });
});

test('the files in a folder make up the tree that git names', async () => {
  expect(await treeIdOfFolder(folder)).toBe(tree);
});

test.each<[string, (folder: string) => Promise<unknown>]>([
  ['a byte', (at) => writeFile(join(at, 'a/b/ü.txt'), 'c')],
  ['a file more', (at) => writeFile(join(at, 'a/more'), '')],
  ['a file less', (at) => rm(join(at, 'a.txt'))],
  ['an executable bit', (at) => chmod(join(at, 'run.sh'), 0o644)],
  ['a link in place of a file', (at) => rm(join(at, 'a.txt')).then(() => symlink('a', join(at, 'a.txt')))],
  ['an empty folder', (at) => mkdir(join(at, 'empty'))],
])('%s makes it another tree', async (_what, change) => {
  await change(folder);
  expect(await treeIdOfFolder(folder)).not.toBe(tree);
});
