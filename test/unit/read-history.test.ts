import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fetchCommit } from '../../adapters/git/fetch-commit.js';
import { readHistory } from '../../adapters/git/read-history.js';
import { childEnvironment } from '../../adapters/process/child-environment.js';
import { parseCommitObjects } from '../../core/release/commit-objects.js';
import { gitObjectId } from '../../core/release/git-object.js';
import { commitObject, commitObjectsOf } from '../support/commit-object.js';
import { git, gitAs, repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

const context = { env: childEnvironment(process.env), timeoutMs: 30_000 };

/** The history of what is checked out, as a release stores it. */
async function historyOf(folder: string): Promise<Buffer> {
  const scratch = await scratchFolder();
  const revision = await git(folder, 'rev-parse', 'HEAD');
  const clone = join(scratch, 'clone.git');
  await fetchCommit(folder, revision, clone, context);
  return readHistory(clone, revision, join(scratch, 'history'), context);
}

describe('the history of a commit', () => {
  test('has the commits of all branches that lead to it, each with its author and committer', async () => {
    const { folder } = await repositoryOf(await scratchFolder(), { file: 'a' });
    await gitAs(folder, { author: 'eve' }, 'switch', '--quiet', '--create', 'side');
    await gitAs(folder, { author: 'eve', committer: 'bot' }, 'commit', '--quiet', '--allow-empty', '--message', 'side');
    await gitAs(folder, { author: 'ada' }, 'switch', '--quiet', 'main');
    await gitAs(folder, { author: 'ada' }, 'merge', '--quiet', '--no-ff', '--no-edit', 'side');
    const commits = [...parseCommitObjects(await historyOf(folder)).values()];
    expect(commits.map(({ author, committer }) => `${author.email} ${committer.email}`).sort()).toEqual([
      'ada@example.com ada@example.com',
      'ada@example.com ada@example.com',
      'eve@example.com bot@example.com',
    ]);
    expect(commits.map(({ parents }) => parents.length).sort()).toEqual([0, 1, 2]);
  });

  test('ends where an ancestor cannot be read, instead of keeping everything from being released', () => {
    const [fine, broken] = [commitObject('fine'), commitObject('broken')];
    const bytes = Buffer.from(broken.bytes.toString().replace('\ncommitter ', '\nauthor '));
    const objects = commitObjectsOf(fine, { bytes, revision: gitObjectId('commit', bytes) });
    expect([...parseCommitObjects(objects).keys()]).toEqual([fine.revision]);
  });

  test.each([
    [
      'an object under the name of another',
      () => commitObjectsOf({ ...commitObject('a'), bytes: commitObject('b').bytes }),
    ],
    ['an object that is cut off', () => commitObjectsOf(commitObject('a')).subarray(0, -20)],
    ['something that is no commit', () => Buffer.from(`${'a'.repeat(40)} tree 0\n\n`)],
  ])('is refused when it holds %s', (_what, objects) => {
    expect(() => parseCommitObjects(objects())).toThrow(expect.objectContaining({ code: 'SOURCE_REFUSED' }));
  });
});
