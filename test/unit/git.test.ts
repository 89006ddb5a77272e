import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extract } from 'tar-stream';
import { describe, expect, test } from '@jest/globals';
import { archiveCommit, cloneBare, parseRepository, readCommit, resolveRevision } from '../../adapters/git/git.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { git, repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

const context = { env: childEnvironment(process.env), timeoutMs: 20_000 };

/** The names in a tar. */
async function namesIn(tar: Buffer): Promise<string[]> {
  const names: string[] = [];
  const archive = extract();
  archive.end(tar);
  for await (const entry of archive) {
    names.push(entry.header.name);
    entry.resume();
  }
  return names;
}

describe('reading a commit', () => {
  test('gives its author and time', async () => {
    const { folder, revision } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a' });
    expect(await readCommit(folder, revision, context)).toEqual({
      revision,
      author: { name: 'Ada Author', email: 'ada@example.com' },
      committedAt: '2026-03-01T09:00:00.000Z',
      subject: 'A change',
    });
  });

  test('reads what was committed, not what is in the working folder', async () => {
    const { folder, revision } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a' });
    const before = await archiveCommit(folder, revision, context);
    await writeFile(join(folder, 'b.txt'), 'not committed');
    await writeFile(join(folder, 'a.txt'), 'changed');
    expect((await archiveCommit(folder, revision, context)).equals(before)).toBe(true);
    expect(await namesIn(before)).toEqual(['a.txt']);
  });

  test('gives the same bytes from a clone in another folder', async () => {
    const { folder, revision } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a', 'bin/tool': 'x' });
    const clone = join(await scratchFolder(), 'elsewhere.git');
    await cloneBare(folder, clone, context);
    expect((await archiveCommit(clone, revision, context)).equals(await archiveCommit(folder, revision, context))).toBe(
      true,
    );
  });

  test('resolves names of commits', async () => {
    const { folder, revision } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a' });
    await git(folder, 'tag', 'v1');
    for (const name of ['HEAD', 'main', 'v1', revision.slice(0, 8)])
      expect(await resolveRevision(folder, name, context)).toBe(revision);
  });

  test.each(['--upload-pack=touch /tmp/x', '-x', ' HEAD', 'a b', ''])(
    'refuses %j as the name of a commit',
    async (name) => {
      await expect(resolveRevision('/', name, context)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    },
  );

  test('reports that a commit is unknown', async () => {
    const { folder } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a' });
    await expect(readCommit(folder, 'f'.repeat(40), context)).rejects.toMatchObject({ code: 'UNKNOWN_REVISION' });
    await expect(archiveCommit(folder, 'HEAD', context)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  test.each(['relative/folder', 'ext::sh -c true', '--upload-pack=x', 'http://example.com/x', 'https://-x'])(
    'refuses %j as a repository',
    (repository) => {
      expect(() => parseRepository(repository)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );
});
