import { chmod, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from '@jest/globals';
import { gitModes, gitObjectId, treeId } from '../../core/release/git-object.js';
import { commitAll, git } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

test('a file has the name that git gives it', () => {
  expect(gitObjectId('blob', Buffer.from('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a');
  expect(treeId([])).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
});

test('the entries of a tree that git wrote, in any order, give its name again', async () => {
  const folder = await scratchFolder();
  // A folder `a` sorts after `a.txt` and `a-b`, as if it were called `a/`.
  for (const name of ['a.txt', 'a-b', 'z', 'é']) await writeFile(join(folder, name), name);
  await chmod(join(folder, 'z'), 0o755);
  await symlink('z', join(folder, 'link'));
  await git(folder, 'init', '--quiet', 'a');
  await writeFile(join(folder, 'a', 'inner'), 'inner');
  await execa('rm', ['-rf', join(folder, 'a', '.git')]);
  await commitAll(folder);
  const listed = (await git(folder, 'ls-tree', '-z', 'HEAD')).split('\0').filter((line) => line !== '');
  const entries = listed.map((line) => {
    const [, mode = '', id = '', name = ''] = /^0?(\d+) \w+ ([0-9a-f]{40})\t(.+)$/.exec(line) ?? [];
    return { mode, id, name: Buffer.from(name) };
  });
  expect(entries.map(({ mode, name }) => `${mode} ${name.toString()}`).sort()).toEqual([
    `${gitModes.file} a-b`,
    `${gitModes.file} a.txt`,
    `${gitModes.file} é`,
    `${gitModes.executable} z`,
    `${gitModes.link} link`,
    `${gitModes.folder} a`,
  ]);
  expect(treeId([...entries].reverse())).toBe(await git(folder, 'rev-parse', 'HEAD^{tree}'));
});
