import type { CommitPerson } from './commit.js';

/** What was found out about a commit's signature when its release was made. */
export interface CommitSignature {
  readonly format: 'ssh' | 'openpgp' | 'other';
  /** Whether the signature fits the commit and the key that `fingerprint` names. Whose key that is, is said elsewhere. */
  readonly verified: boolean;
  /** `SHA256:…` of an SSH key, 40 hex digits of an OpenPGP key. */
  readonly fingerprint?: string;
  /** Why it could not be verified. */
  readonly why?: string;
}

/** A commit as a release lists it. */
export interface ListedCommit {
  /** 40 hex digits, as all hashes of git here. */
  readonly hash: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: CommitPerson;
  readonly committer: CommitPerson;
  /** Absent where the commit is not signed. */
  readonly signature?: CommitSignature;
}

/** The media type of the object of a commit, as an artifact of a bundle. */
export const commitMediaType = 'application/vnd.lanekeeper.git.commit';

/** The most commits that a release lists. */
export const maxListedCommits = 1_000;

/** What a release lists: its commit first, then what is reachable from it and in no earlier release, nearest first. */
export interface CommitList {
  readonly commits: readonly ListedCommit[];
  /** Whether these are all of them. */
  readonly complete: boolean;
}

/** A commit with its parents; all that walking a history needs. */
type Link = Pick<ListedCommit, 'hash' | 'parents'>;

/**
 * Walks from a commit to its ancestors, nearest first, and does not pass what `stop` knows.
 *
 * @returns the commits that were found, and the hashes whose commits are not known
 */
function walk<T extends Link>(
  from: readonly string[],
  find: (hash: string) => T | undefined,
  stop: (hash: string) => boolean,
  limit = Number.POSITIVE_INFINITY,
): { readonly found: readonly T[]; readonly unknown: readonly string[] } {
  const found: T[] = [];
  const unknown: string[] = [];
  const seen = new Set<string>();
  let level = from;
  while (level.length > 0) {
    const next: string[] = [];
    for (const hash of level) {
      if (seen.has(hash) || stop(hash)) continue;
      seen.add(hash);
      const commit = found.length < limit ? find(hash) : undefined;
      if (commit === undefined) unknown.push(hash);
      else {
        found.push(commit);
        next.push(...commit.parents);
      }
    }
    level = next;
  }
  return { found, unknown };
}

/**
 * Which commits a release lists: those that are reachable from its own and from none of the commits released before.
 *
 * @param earlier the commits released before; those that are not in this history play no part
 */
export function commitsToList<T extends Link>(
  revision: string,
  commits: ReadonlyMap<string, T>,
  earlier: readonly string[],
): { readonly listed: readonly T[]; readonly complete: boolean } {
  const find = (hash: string): T | undefined => commits.get(hash);
  const before = earlier.filter((hash) => hash !== revision && commits.has(hash));
  const released = new Set([...before, ...walk(before, find, () => false).found.map((commit) => commit.hash)]);
  // A commit that is an ancestor of an earlier release is still what this release is about.
  released.delete(revision);
  const { found, unknown } = walk([revision], find, (hash) => released.has(hash), maxListedCommits);
  return { listed: found, complete: unknown.length === 0 };
}

/** The commits that a bundle brings to a lane. */
export interface CommitsBrought<T> {
  /** The released commit first. */
  readonly commits: readonly T[];
  /** Why these may not be all. */
  readonly problem?: string;
}

/**
 * Which commits a bundle brings to a lane: those that are reachable from its own commit and from none that was live there
 * and that it is made from. What is live may have taken back something that an older commit, or a branch from one, still
 * has; so what is live counts only for what is made from it. Who wrote what the lane had first was never asked. With
 * nothing live, a bundle brings all commits. The released commit always counts.
 *
 * @param live the revisions that are and were live, newest first
 * @param lists what the releases of the product list, of these and of any others
 */
export function commitsBrought<T extends Link>(
  released: string,
  live: readonly string[],
  lists: readonly (readonly T[])[],
): CommitsBrought<T> {
  const known = new Map(lists.flatMap((commits) => commits.map((commit) => [commit.hash, commit] as const)));
  const find = (hash: string): T | undefined => known.get(hash);
  const own = known.get(released);
  if (own === undefined) return { commits: [], problem: `no signed list of commits has ${short(released)}` };
  const { found: line, unknown: ends } = walk([released], find, () => false);
  const made = new Set([...line.map((commit) => commit.hash), ...ends]);
  const before = live.filter((hash, index) => made.has(hash) || index === live.length - 1);
  const inLane = new Set([...before, ...walk(before, find, () => false).found.map((commit) => commit.hash)]);
  if (inLane.has(released)) return { commits: [own] };
  const { found, unknown } = walk(own.parents, find, (hash) => hash === released || inLane.has(hash));
  const commits = [own, ...found];
  const [end] = unknown;
  const [current] = live;
  const target = current === undefined ? 'the first commit' : `what is live, ${short(current)}`;
  if (end !== undefined)
    return { commits, problem: `the signed lists of commits end at ${short(end)}, before they reach ${target}` };
  if (current !== undefined && !commits.some((commit) => commit.parents.some((parent) => inLane.has(parent))))
    return { commits, problem: `${short(released)} has no ancestor in common with what is live, ${short(current)}` };
  return { commits };
}

function short(hash: string): string {
  return hash.slice(0, 12);
}
