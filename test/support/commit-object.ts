import type { ContentStore } from '../../adapters/content-store/content-store.js';
import type { Digest } from '../../core/digest.js';
import { gitObjectId } from '../../core/release/git-object.js';

/** A commit object as git writes it, of a tree that need not exist. */
export interface MadeCommit {
  readonly bytes: Buffer;
  readonly revision: string;
  readonly tree: string;
  readonly author: { readonly name: string; readonly email: string };
  readonly committedAt: string;
  readonly subject: string;
}

/** Makes a commit object. */
export function commitObject(subject = 'A change', tree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904'): MadeCommit {
  const author = { name: 'Ada', email: 'ada@example.com' };
  const committedAt = '2026-03-01T09:00:00.000Z';
  const person = `${author.name} <${author.email}> ${String(Date.parse(committedAt) / 1000)} +0000`;
  const bytes = Buffer.from(`tree ${tree}\nauthor ${person}\ncommitter ${person}\n\n${subject}\n`);
  return { bytes, revision: gitObjectId('commit', bytes), tree, author, committedAt, subject };
}

/** The same in a content store, as the source of a manifest. */
export async function storedCommit(
  blobs: ContentStore,
  made = commitObject(),
): Promise<Omit<MadeCommit, 'bytes'> & { readonly commit: Digest }> {
  const { bytes, ...source } = made;
  return { ...source, commit: await blobs.put(bytes) };
}

/** Commit objects as `git cat-file --batch` writes them. */
export function commitObjectsOf(...commits: readonly Pick<MadeCommit, 'bytes' | 'revision'>[]): Buffer {
  return Buffer.concat(
    commits.flatMap(({ bytes, revision }) => [
      Buffer.from(`${revision} commit ${String(bytes.length)}\n`),
      bytes,
      Buffer.from('\n'),
    ]),
  );
}
