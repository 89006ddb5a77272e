import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyCommitSignature } from '../../adapters/commit-signature/commit-signature.js';
import type { TenantStores } from '../../adapters/content-store/content-store.js';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { commitsStatement } from '../../core/evidence/commits.js';
import type { Statement } from '../../core/evidence/statement.js';
import type { CommitObject } from '../../core/release/commit.js';
import { maxCommitObjectBytes, parseCommitObjects } from '../../core/release/commit-objects.js';
import { commitsToList, type ListedCommit } from '../../core/release/history.js';
import { revisionsBefore } from '../../store/bundle/read.js';
import type { Database } from '../../store/database.js';
import { commitKeys, type StoredCommitKey } from '../../store/identity/commit-keys.js';
import type { StoredRelease } from '../../store/release/read.js';
import { readStoredCommit } from './open-source.js';

/** What listing commits needs. */
export interface CommitListDeps {
  readonly blobs: TenantStores;
  readonly database: Database;
  /** The environment of the programs that verify signatures. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How many signatures are verified at once. */
const atOnce = 8;

/**
 * The statement on the commits of a release. Whoever fetched them is not believed: each commit is hashed, those that lead
 * from one to the next are named by their children, and the first is that of the release. Leaving some out only makes the
 * list end earlier, which holds the gates that need it.
 *
 * @param history the digest of the commit objects in the content store, see `parseCommitObjects`
 * @param commit the digest of the object of the released commit
 * @throws SOURCE_REFUSED, BLOB_MISSING, BLOB_CORRUPT
 */
export async function listCommits(
  deps: CommitListDeps,
  tenant: string,
  release: StoredRelease,
  { history, commit }: { readonly history: Digest; readonly commit: Digest },
  signal?: AbortSignal,
): Promise<Statement> {
  const { product, revision } = release;
  const blobs = deps.blobs.of(tenant);
  await readStoredCommit(blobs, commit, revision);
  const all = parseCommitObjects(await blobs.get(history, maxCommitObjectBytes));
  const commits = new Map([...all].map(([hash, object]) => [hash, { ...object, hash }] as const));
  if (!commits.has(revision))
    throw new LanekeeperError('SOURCE_REFUSED', {
      message: 'the released commit is not among the commits that were fetched',
      object: `commit ${revision}`,
      next: 'release the commit again',
    });
  const { earlier, keys } = await deps.database.transaction(tenant, async (tx) => ({
    earlier: await revisionsBefore(tx, release),
    keys: (await commitKeys(tx)).filter((key) => key.revokedAt === null),
  }));
  const { listed, complete } = commitsToList(revision, commits, earlier);
  const signed = await withSignatures(deps, listed, keys, signal);
  return commitsStatement({ tenant, product, revision, commits: signed, complete }, commit);
}

async function withSignatures(
  { environment: env }: CommitListDeps,
  commits: readonly (CommitObject & { readonly hash: string })[],
  keys: readonly StoredCommitKey[],
  signal: AbortSignal | undefined,
): Promise<readonly ListedCommit[]> {
  const scratch = await mkdtemp(join(tmpdir(), 'lanekeeper-commits-'));
  try {
    const listed: ListedCommit[] = [];
    for (let at = 0; at < commits.length; at += atOnce) {
      const some = commits.slice(at, at + atOnce).map(async (commit): Promise<ListedCommit> => {
        const { hash, tree, parents, author, committer } = commit;
        const own = await mkdtemp(join(scratch, 'commit-'));
        const context = { env, scratch: own, ...(signal !== undefined && { signal }) };
        const signature = await verifyCommitSignature(context, commit, keys);
        return { hash, tree, parents, author, committer, ...(signature !== undefined && { signature }) };
      });
      listed.push(...(await Promise.all(some)));
    }
    return listed;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
