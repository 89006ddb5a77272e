import type { ContentStore } from '../../adapters/content-store/content-store.js';
import type { Digest } from '../../core/digest.js';
import { commitsStatement } from '../../core/evidence/commits.js';
import type { Statement } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import type { ListedCommit } from '../../core/release/history.js';
import type { Database } from '../../store/database.js';
import { linkAddress } from '../../store/identity/addresses.js';
import { enrolPrincipal } from '../../store/identity/write.js';

/** The commit that all sealed bundles of the tests have as their parent. */
const root = '1'.repeat(40);

/** The commit of a bundle that no build has made. */
export function commitOf(text: string): { readonly revision: string; readonly commit: Digest; readonly tree: string } {
  return { revision: digestOf(text).slice(7, 47), commit: digestOf(objectOf(text)), tree: '2'.repeat(40) };
}

const objectOf = (text: string): string => `commit ${text}`;

/** Stores what stands for its object. */
export async function storeCommit(blobs: ContentStore, text: string): Promise<void> {
  await blobs.put(objectOf(text));
}

/** The author of such commits, whose address belongs to them. */
export const author = { name: 'Author', email: 'author@example.com' };

/** Enrols the author of the commits of such bundles. */
export async function enrolAuthor(database: Database): Promise<void> {
  await database.transaction('default', async (tx) => {
    await enrolPrincipal(tx, { name: 'author', kind: 'human', displayName: author.name, roles: [] });
    await linkAddress(tx, { address: author.email, principal: 'author', by: 'author' });
  });
}

/** The statement on the commits of a bundle: its own, by one author, and the one that all of them have as their parent. */
export function commitListOf(
  product: string,
  text: string,
  email: string,
  commits?: readonly ListedCommit[],
): Statement {
  const { revision, commit, tree } = commitOf(text);
  const person = { name: author.name, email, at: '2026-01-01T00:00:00.000Z' };
  const own = { hash: revision, tree, parents: [root], author: person, committer: person };
  const listed = commits ?? [own, { ...own, hash: root, parents: [] }];
  return commitsStatement({ tenant: 'default', product, revision, commits: listed, complete: true }, commit);
}
