import { latin1Of } from '../bytes.js';
import { asLanekeeperError, LanekeeperError } from '../errors.js';
import { type CommitObject, parseCommit } from './commit.js';
import { gitObjectId } from './git-object.js';

/** The most commits whose objects a release keeps. */
export const maxCommitObjects = 2_000;
/** How many bytes they may have, together. */
export const maxCommitObjectBytes = 16 * 1024 * 1024;

/**
 * Reads commit objects as `git cat-file --batch` writes them: `<hash> commit <size>`, the object, and a newline. Each is
 * hashed, so that nobody who keeps or passes them on can change what they say. One that cannot be read, as old histories
 * have some, is left out: a list ends there.
 *
 * @throws SOURCE_REFUSED
 */
export function parseCommitObjects(bytes: Uint8Array): ReadonlyMap<string, CommitObject> {
  const commits = new Map<string, CommitObject>();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at);
    const [, hash = '', size = ''] =
      /^([0-9a-f]{40}) commit (\d{1,8})$/.exec(latin1Of(bytes.subarray(at, Math.max(at, Math.min(end, at + 100))))) ??
      [];
    const object = bytes.subarray(end + 1, end + 1 + Number(size));
    if (hash === '' || object.length !== Number(size)) throw invalid('an entry is damaged');
    if (commits.size >= maxCommitObjects) throw invalid(`there are more than ${String(maxCommitObjects)}`);
    if (gitObjectId('commit', object) !== hash) throw invalid(`one is not commit ${hash}`);
    const commit = parsedIfPossible(object);
    if (commit !== undefined) commits.set(hash, commit);
    at = end + 1 + object.length + 1;
  }
  return commits;
}

function parsedIfPossible(object: Uint8Array): CommitObject | undefined {
  try {
    return parseCommit(object);
  } catch (error) {
    if (asLanekeeperError(error)?.code === 'SOURCE_REFUSED') return undefined;
    throw error;
  }
}

function invalid(why: string): LanekeeperError {
  return new LanekeeperError('SOURCE_REFUSED', {
    message: 'these are not the commits of a repository',
    why,
    next: 'release the commit again',
  });
}
