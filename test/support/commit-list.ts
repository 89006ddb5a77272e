import { commitsStatement } from '../../core/evidence/commits.js';
import type { Statement } from '../../core/evidence/statement.js';
import { digestOf } from '../../core/hash.js';
import { gitObjectId } from '../../core/release/git-object.js';
import type { ListedCommit } from '../../core/release/history.js';
import type { Database } from '../../store/database.js';
import { linkAddress } from '../../store/identity/addresses.js';
import { ensurePrincipal } from '../../store/identity/write.js';

/** The commit that all sealed bundles of the tests have as their parent. */
const root = '1'.repeat(40);

const at = '2026-01-01T00:00:00.000Z';

/** The author of such commits, whose address belongs to them. */
export const author = { name: 'Author', email: 'author@example.com' };

/** The commit of a bundle that no build has made: its object, and what that is called. */
export function commitOf(text: string, email = author.email) {
  const tree = '2'.repeat(40);
  const person = `${author.name} <${email}> ${String(Date.parse(at) / 1000)} +0000`;
  const object = Buffer.from(`tree ${tree}\nparent ${root}\nauthor ${person}\ncommitter ${person}\n\n${text}\n`);
  return { object, revision: gitObjectId('commit', object), commit: digestOf(object), tree };
}

/** Enrols the author of the commits of such bundles in a tenant. */
export async function enrolAuthor(database: Database, tenant: string): Promise<void> {
  await database.transaction(tenant, async (tx) => {
    await ensurePrincipal(tx, { name: 'author', kind: 'human', displayName: author.name, roles: [] });
    await linkAddress(tx, { address: author.email, principal: 'author', by: 'author' });
  });
}

/** The statement on the commits of a bundle: its own, by one author, and the one that all of them have as their parent. */
export function commitListOf(
  { tenant, product }: { readonly tenant: string; readonly product: string },
  text: string,
  email: string,
  commits?: readonly ListedCommit[],
): Statement {
  const { revision, commit, tree } = commitOf(text, email);
  const person = { name: author.name, email, at };
  const own = { hash: revision, tree, parents: [root], author: person, committer: person };
  const listed = commits ?? [own, { ...own, hash: root, parents: [] }];
  return commitsStatement({ tenant, product, revision, commits: listed, complete: true }, commit);
}
