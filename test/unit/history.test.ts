import { describe, expect, test } from '@jest/globals';
import { commitsBrought, commitsToList, type ListedCommit, maxListedCommits } from '../../core/release/history.js';

const person = { name: 'Ada', email: 'ada@example.com', at: '2026-03-01T09:00:00.000Z' };

/** Commits from a drawing: `c: a b` is commit c with the parents a and b. */
function history(drawing: string): ReadonlyMap<string, ListedCommit> {
  const commits = drawing.split(',').map((entry): ListedCommit => {
    const [hash = '', parents = ''] = entry.trim().split(':');
    return { hash, tree: hash, parents: parents.split(' ').filter(Boolean), author: person, committer: person };
  });
  return new Map(commits.map((commit) => [commit.hash, commit]));
}

const hashes = (commits: readonly ListedCommit[]): string => commits.map((commit) => commit.hash).join(' ');

describe('a release lists', () => {
  const merged = history('a:, b: a, c: b, x: a, m: c x');

  test('everything that leads to it when nothing was released before', () => {
    const { listed, complete } = commitsToList('m', merged, []);
    expect([hashes(listed), complete]).toEqual(['m c x b a', true]);
  });

  test('only what no earlier release contains, also when a branch began before that release', () => {
    const { listed, complete } = commitsToList('m', merged, ['b']);
    expect([hashes(listed), complete]).toEqual(['m c x', true]);
  });

  test('its own commit even when an earlier release contains it', () => {
    expect(hashes(commitsToList('b', merged, ['m']).listed)).toBe('b');
  });

  test('what it has when an earlier release was removed from the history', () => {
    expect(hashes(commitsToList('c', merged, ['gone']).listed)).toBe('c b a');
  });

  test('no more than its bound, and says so', () => {
    const long = history(Array.from({ length: 1_200 }, (_, at) => `n${at}: ${at === 0 ? '' : `n${at - 1}`}`).join(','));
    const { listed, complete } = commitsToList('n1199', long, []);
    expect([listed.length, complete]).toEqual([maxListedCommits, false]);
  });

  test('what is there of a shallow history, and says that it is not all', () => {
    const { listed, complete } = commitsToList('c', history('b: a, c: b'), []);
    expect([hashes(listed), complete]).toEqual(['c b', false]);
  });
});

describe('a bundle brings to a lane', () => {
  const listOf = (drawing: string) => [...history(drawing).values()];

  test('the commits since the one that is live', () => {
    const brought = commitsBrought('d', ['b'], [listOf('a:, b: a'), listOf('c: b, d: c')]);
    expect(brought).toEqual({
      commits: [expect.objectContaining({ hash: 'd' }), expect.objectContaining({ hash: 'c' })],
    });
  });

  test('those of every release in between', () => {
    const lists = [listOf('a:'), listOf('b: a'), listOf('c: b'), listOf('d: c')];
    expect(hashes(commitsBrought('d', ['a'], lists).commits)).toBe('d c b');
  });

  test('both sides of a merge, down to what is live', () => {
    const lists = [listOf('a:, b: a'), listOf('c: b, x: a, m: c x')];
    expect(commitsBrought('m', ['b'], lists)).toMatchObject({ commits: [{ hash: 'm' }, { hash: 'c' }, { hash: 'x' }] });
    expect(commitsBrought('m', ['b'], lists).problem).toBeUndefined();
  });

  test('the commits of a rebased branch, down to the ancestor in common', () => {
    const lists = [listOf('a:, b: a, c: b'), listOf('y: b, z: y')];
    const brought = commitsBrought('z', ['c'], lists);
    expect([hashes(brought.commits), brought.problem]).toEqual(['z y', undefined]);
  });

  test('its own commit when that is live already, or older', () => {
    const lists = [listOf('a:, b: a, c: b')];
    expect(hashes(commitsBrought('b', ['c'], lists).commits)).toBe('b');
    expect(hashes(commitsBrought('c', ['c'], lists).commits)).toBe('c');
  });

  test('what was taken back before it was live, when the bundle still has it', () => {
    // d is live and takes b back; c has b, and e is a branch from c.
    const lists = [listOf('a:'), listOf('b: a, c: b, d: c'), listOf('e: c')];
    expect(hashes(commitsBrought('c', ['d', 'a'], lists).commits)).toBe('c b');
    expect(hashes(commitsBrought('e', ['d', 'a'], lists).commits)).toBe('e c b');
    expect(hashes(commitsBrought('e', ['d', 'c', 'a'], lists).commits)).toBe('e');
    expect(hashes(commitsBrought('c', ['d', 'c', 'a'], lists).commits)).toBe('c');
  });

  test('an unknown number when no list leads to what is live', () => {
    expect(commitsBrought('d', ['a'], [listOf('d: c')]).problem).toContain('end at c');
    expect(commitsBrought('d', ['a'], []).problem).toContain('no signed list of commits has d');
  });

  test('everything when nothing is live', () => {
    expect(commitsBrought('c', [], [listOf('a:, b: a'), listOf('c: b')])).toMatchObject({
      commits: { length: 3 },
    });
    expect(commitsBrought('c', [], [listOf('c: b')]).problem).toContain('end at b, before they reach the first');
  });

  test('an unknown number when nothing is in common with what is live', () => {
    expect(commitsBrought('z', ['b'], [listOf('a:, b: a'), listOf('y:, z: y')]).problem).toContain(
      'no ancestor in common',
    );
  });
});
