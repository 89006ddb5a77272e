import { describe, expect, test } from '@jest/globals';
import { execa } from 'execa';
import { type CommitObject, parseCommit } from '../../core/release/commit.js';
import { gitObjectId } from '../../core/release/git-object.js';
import { git, repositoryOf } from '../support/git-repository.js';
import { scratchFolder } from '../support/scratch.js';

const tree = 'a'.repeat(40);
const person = 'Ada Author <ada@example.com> 1772355600 +0100';

/** The bytes of a commit with these header lines after its tree. */
const commitOf = (header: readonly string[], message = 'A change\n', encoding: BufferEncoding = 'utf8'): Buffer =>
  Buffer.from([`tree ${tree}`, ...header, '', message].join('\n'), encoding);

const plain = [`author ${person}`, `committer ${person}`];

describe('a commit object', () => {
  test('of git is read, and has the name that git gives it', async () => {
    const { folder, revision } = await repositoryOf(await scratchFolder(), { 'a.txt': 'a' });
    const { stdout } = await execa('git', ['cat-file', 'commit', revision], {
      cwd: folder,
      encoding: 'buffer',
      stripFinalNewline: false,
    });
    expect(gitObjectId('commit', stdout)).toBe(revision);
    const at = '2026-03-01T09:00:00.000Z';
    const ada = { name: 'Ada Author', email: 'ada@example.com', at };
    const { tree: found, parents, author, committer, subject, signature } = parseCommit(stdout);
    expect({ parents, author, committer, subject, signature }).toEqual({
      ...{ parents: [], author: ada, committer: ada, subject: 'A change', signature: undefined },
    });
    expect(found).toBe(await git(folder, 'rev-parse', 'HEAD^{tree}'));
  });

  test('has its parents in order', () => {
    const parents = ['b'.repeat(40), 'c'.repeat(40)];
    expect(parseCommit(commitOf([...parents.map((id) => `parent ${id}`), ...plain])).parents).toEqual(parents);
  });

  test('has its signature, and what the signature is about', () => {
    const signature = ['gpgsig -----BEGIN SSH SIGNATURE-----', ' U1NI', ' ', ' -----END SSH SIGNATURE-----'];
    const commit = parseCommit(commitOf([...plain, ...signature, 'gpgsig-sha256 x', ' y', 'encoding UTF-8']));
    expect(commit.signature).toBe('-----BEGIN SSH SIGNATURE-----\nU1NI\n\n-----END SSH SIGNATURE-----\n');
    expect(Buffer.from(commit.signedPayload())).toEqual(commitOf([...plain, 'encoding UTF-8']));
  });

  test('without a signature is itself what one would be about', () => {
    const bytes = commitOf(plain, 'gpgsig in the message\n');
    expect(Buffer.from(parseCommit(bytes).signedPayload())).toEqual(bytes);
    expect(parseCommit(bytes).signature).toBeUndefined();
  });

  test.each<[string, string, Partial<CommitObject['author']>]>([
    ['no name', 'author <a@b> 0 +0000', { name: '', email: 'a@b' }],
    ['an odd time', 'author A <a@b> 99999999999999 +0000', { at: '1970-01-01T00:00:00.000Z' }],
    ['no time', 'author A <a@b>', { at: '1970-01-01T00:00:00.000Z' }],
    [
      'an address with a bracket too many',
      'author A <a@b> c> 1 +0000',
      { email: 'a@b', at: '1970-01-01T00:00:01.000Z' },
    ],
    ['control characters', 'author A\0B\t <a@b> 1 +0000', { name: 'A B' }],
    ['a name that is too long', `author ${'x'.repeat(199)}😀 <a@b> 1 +0000`, { name: 'x'.repeat(199) }],
  ])('with %s is read as well as possible', (_what, author, expected) => {
    expect(parseCommit(commitOf([author, `committer ${person}`])).author).toMatchObject(expected);
  });

  test('that is not UTF-8 is read byte by byte', () => {
    const bytes = commitOf(
      [`author Zoë <z@b> 1 +0000`, `committer ${person}`, 'encoding ISO-8859-1'],
      'Grün',
      'latin1',
    );
    expect(parseCommit(bytes)).toMatchObject({ author: { name: 'Zoë' }, subject: 'Grün' });
  });

  test.each<[string, string[], string?]>([
    ['no author', [`committer ${person}`]],
    ['no committer', [`author ${person}`]],
    ['a second author', [...plain, `author ${person}`]],
    ['a second tree', [...plain, `tree ${tree}`]],
    ['a late parent', [...plain, `parent ${tree}`]],
    ['a parent that is no id', ['parent HEAD', ...plain]],
    ['an author without an address', ['author Ada', `committer ${person}`]],
    ['two signatures', [...plain, 'gpgsig a', 'gpgsig b']],
  ])('with %s is refused', (_what, header) => {
    expect(() => parseCommit(commitOf(header))).toThrow(expect.objectContaining({ code: 'SOURCE_REFUSED' }));
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a header without an end', Buffer.from(`tree ${tree}\nauthor`)],
    ['another object', Buffer.from('hello\n')],
    ['more than a mebibyte', commitOf(plain, 'x'.repeat(1024 * 1024))],
  ])('is not %s', (_what, bytes) => {
    expect(() => parseCommit(bytes)).toThrow(expect.objectContaining({ code: 'SOURCE_REFUSED' }));
  });
});
