import { access, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from '@jest/globals';
import { fetchCommit, readCommitObject } from '../../adapters/git/fetch-commit.js';
import { readTree } from '../../adapters/git/read-tree.js';
import { parseRepository } from '../../adapters/git/repository.js';
import { runGit } from '../../adapters/git/run-git.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { parseCommit } from '../../core/release/commit.js';
import { commitAll, git, type Repository, repositoryOf } from '../support/git-repository.js';
import { hostilities, promisor } from '../support/hostile-origin.js';
import { scratchFolder } from '../support/scratch.js';
import { smallProduct } from '../support/small-product.js';

const context = { env: childEnvironment(process.env), timeoutMs: 20_000 };

/** A repository with two commits; the second is the one to release. */
async function origin(): Promise<Repository> {
  const first = await repositoryOf(join(await scratchFolder(), 'origin'), smallProduct());
  await writeFile(join(first.folder, 'version.txt'), '$Format:%H$\nsecond\n');
  return commitAll(first.folder, 'The second');
}

/** What a release reads of a commit: its files with their contents. */
async function read(repository: string, revision: string) {
  const folder = await scratchFolder();
  const clone = join(folder, 'clone.git');
  await fetchCommit(repository, revision, clone, context);
  const { tree, ...commit } = parseCommit(await readCommitObject(clone, revision, context));
  const files = await readTree(clone, tree, join(folder, 'objects'), context);
  const contents = await Promise.all(
    files.map(async (file) => [file.name, file.kind, file.executable, (await readFile(file.path)).toString()] as const),
  );
  return { clone, commit, contents };
}

async function commitsIn(clone: string): Promise<number> {
  const { stdout } = await runGit(clone, ['rev-list', '--count', 'refs/lanekeeper/commit'], context);
  return Number(stdout.toString());
}

describe('a commit that is fetched', () => {
  test('has its files, its author and its history', async () => {
    const { folder, revision } = await origin();
    const { commit, contents, clone } = await read(folder, revision);
    expect(commit).toMatchObject({ author: { name: 'Ada Author', email: 'ada@example.com' }, subject: 'The second' });
    expect(contents.map(([name]) => name)).toEqual(['lanekeeper.yaml', 'package.json', 'server.mjs', 'version.txt']);
    expect(await commitsIn(clone)).toBe(2);
  });

  test('is what was committed, not what is in the working folder', async () => {
    const { folder, revision } = await origin();
    const before = await read(folder, revision);
    await writeFile(join(folder, 'more.txt'), 'not committed');
    await writeFile(join(folder, 'server.mjs'), 'changed');
    expect((await read(folder, revision)).contents).toEqual(before.contents);
  });

  test('comes without anything else of its origin: no configuration, hook, ref or link to its objects', async () => {
    const { folder, revision } = await origin();
    await git(folder, 'tag', 'v1');
    const { clone } = await read(folder, revision);
    expect(await readFile(join(clone, 'config'), 'utf8')).not.toContain('remote');
    await expect(access(join(clone, 'objects/info/alternates'))).rejects.toThrow();
    await expect(access(join(clone, 'hooks'))).rejects.toThrow();
    expect((await runGit(clone, ['for-each-ref', '--format=%(refname)'], context)).stdout.toString()).toBe(
      'refs/lanekeeper/commit\n',
    );
  });

  test('need not be on a branch', async () => {
    const { folder, revision } = await origin();
    await git(folder, 'checkout', '--quiet', '--detach');
    await git(folder, 'branch', '--quiet', '--force', 'main', 'HEAD~1');
    await git(folder, 'checkout', '--quiet', 'main');
    for (const repository of [folder, `file://${folder}`])
      expect((await read(repository, revision)).commit.subject).toBe('The second');
  });

  test('may be in a shallow clone, a bare one, or a second work tree', async () => {
    const { folder, revision } = await origin();
    const wanted = await read(folder, revision);
    await git(folder, 'clone', '--quiet', '--depth=1', `file://${folder}`, `${folder}-shallow`);
    await git(folder, 'clone', '--quiet', '--bare', folder, `${folder}-bare`);
    await git(folder, 'worktree', 'add', '--quiet', '--detach', `${folder}-work-tree`);
    for (const other of ['shallow', 'bare', 'work-tree'])
      expect((await read(`${folder}-${other}`, revision)).contents).toEqual(wanted.contents);
    expect(await commitsIn((await read(`${folder}-shallow`, revision)).clone)).toBe(1);
  });

  test('may be in a folder that belongs to somebody else', async () => {
    const { folder, revision } = await origin();
    // Only root can give a folder away; for everybody else this is a folder of their own.
    if (process.getuid?.() === 0) await execa('chown', ['-R', '12345:12345', folder]);
    expect((await read(folder, revision)).commit.subject).toBe('The second');
  });

  test('that does not exist is reported', async () => {
    const { folder } = await origin();
    await expect(read(folder, 'f'.repeat(40))).rejects.toMatchObject({ code: 'UNKNOWN_REVISION' });
    await expect(read(`file://${folder}`, 'f'.repeat(40))).rejects.toMatchObject({ code: 'UNKNOWN_REVISION' });
    await mkdir(`${folder}-empty`);
    await expect(read(`${folder}-empty`, 'f'.repeat(40))).rejects.toMatchObject({ code: 'UNKNOWN_REVISION' });
    await expect(read(`file://${folder}-absent`, 'f'.repeat(40))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(read(folder, 'HEAD')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('cannot be named by the id of a tag or of a tree', async () => {
    const { folder } = await origin();
    await git(folder, 'tag', '--annotate', '--message=v1', 'v1');
    for (const name of ['v1', 'HEAD^{tree}'])
      await expect(read(folder, await git(folder, 'rev-parse', name))).rejects.toMatchObject({
        code: expect.stringMatching(/SOURCE_REFUSED|UNKNOWN_REVISION/),
      });
  });

  test.each(['relative/folder', 'ext::sh -c true', '--upload-pack=x', 'http://example.com/x', 'https://-x'])(
    'does not come from %j, which is not a repository',
    (repository) => {
      expect(() => parseRepository(repository)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});

describe('an origin with', () => {
  test.each(Object.keys(hostilities))('%s gives the same files, and runs nothing', async (what) => {
    const repository = await origin();
    const wanted = await read(repository.folder, repository.revision);
    const proof = `${repository.folder}-proof`;
    await hostilities[what]!({ origin: repository, proof });
    const found = await read(repository.folder, repository.revision);
    expect(found.contents).toEqual(wanted.contents);
    expect(await commitsIn(found.clone)).toBe(2);
    await expect(access(proof)).rejects.toThrow();
  });

  test.each([
    ['that was exchanged for another', 'exchange'],
    ['that is missing, and that a server would have', 'remove'],
  ])('an object %s is refused, and nothing runs', async (_what, how) => {
    const { folder, revision } = await origin();
    const [good, other] = await Promise.all(
      ['server.mjs', 'package.json'].map(async (name) => {
        const id = await git(folder, 'rev-parse', `${revision}:${name}`);
        return join(folder, '.git/objects', id.slice(0, 2), id.slice(2));
      }),
    );
    await rm(good!);
    if (how === 'exchange') await copyFile(other!, good!);
    await promisor(folder, `${folder}-proof`);
    await expect(read(folder, revision)).rejects.toMatchObject({ code: 'UNKNOWN_REVISION' });
    await expect(access(`${folder}-proof`)).rejects.toThrow();
  });
});

describe('a commit that cannot be released because of', () => {
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n';

  /** A commit whose tree has one entry more. */
  async function withEntry(mode: string, path: string): Promise<Repository> {
    const { folder, revision } = await origin();
    const id = mode === '160000' ? 'a'.repeat(40) : await git(folder, 'rev-parse', 'HEAD:server.mjs');
    const listed = await git(folder, 'ls-tree', '-z', revision);
    const entry = `${mode} ${mode === '160000' ? 'commit' : 'blob'} ${id}\t${path}\0`;
    const made = { cwd: folder, input: listed + entry };
    const { stdout: tree } = await execa('git', ['mktree', '-z', '--missing'], made);
    return { folder, revision: await git(folder, 'commit-tree', '-m', 'Odd', tree) };
  }

  test.each([
    ['a submodule', '160000', 'libs'],
    ['the folder of git under another name', '100644', '.GIT'],
    ['the folder of git as Windows abbreviates it', '100644', 'git~1'],
    ['the folder of git as macOS reads it', '100644', '.g\u200cit'],
    ['a name that leaves the folder', '100644', '..'],
    ['a line break in a name', '100644', 'a\nb'],
  ])('%s is refused by its path', async (_what, mode, path) => {
    const { folder, revision } = await withEntry(mode, path);
    await expect(read(folder, revision)).rejects.toMatchObject({
      ...{ code: 'SOURCE_REFUSED', object: `path ${JSON.stringify(path)}` },
    });
  });

  test('a pointer of Git LFS is refused by its path', async () => {
    const { folder, revision } = await repositoryOf(await scratchFolder(), { 'data/model.bin': pointer });
    await expect(read(folder, revision)).rejects.toMatchObject({
      ...{ code: 'SOURCE_REFUSED', object: 'path "data/model.bin"' },
    });
  });

  test.each([
    ['a folder without files', '040000 tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904'],
    ['a mode that git no longer writes', '100664 blob ce013625030ba8dba906f756967f9e9ca394464a'],
  ])('%s in its tree, which no files on disk make up, is refused', async (_what, entry) => {
    const { folder } = await origin();
    const input = (text: string) => ({ cwd: folder, input: text });
    await execa('git', ['mktree'], input(''));
    await execa('git', ['hash-object', '-w', '--stdin'], input('hello\n'));
    const { stdout: tree } = await execa('git', ['mktree', '-z'], input(`${entry}\todd\0`));
    const revision = await git(folder, 'commit-tree', '-m', 'Odd', tree);
    await expect(read(folder, revision)).rejects.toMatchObject({
      ...{ code: 'SOURCE_REFUSED', why: 'its files do not make up the tree that it names' },
    });
  });
});
