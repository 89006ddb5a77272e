import { mkdir } from 'node:fs/promises';
import { LanekeeperError } from '../../core/errors.js';
import { parseRevision } from '../../core/ids.js';
import { maxCommitBytes } from '../../core/release/commit.js';
import { gitObjectId } from '../../core/release/git-object.js';
import type { ProcessResult } from '../process/run-process.js';
import { isFolder, parseRepository } from './repository.js';
import { type GitContext, lastLine, neutralSettings, neutralVariables, runGit, settingOptions } from './run-git.js';

/** The ref that holds the commit in the clone. */
const commitRef = 'refs/lanekeeper/commit';

/**
 * Fetches a commit with all of its ancestors into a new bare repository. Only objects come over, each named by what it
 * holds: no configuration, attribute, hook, filter, graft, replacement or alternate of the origin does. What serves a
 * folder of this machine runs there, but is told to disregard the same things.
 * @throws INVALID_INPUT, UNKNOWN_REVISION, UNAVAILABLE, TIMED_OUT
 */
export async function fetchCommit(
  repository: string,
  revision: string,
  target: string,
  context: GitContext,
): Promise<void> {
  const from = parseRepository(repository);
  const id = parseRevision(revision);
  await mkdir(target, { recursive: true });
  requireDone(await runGit(target, ['init', '--bare', '--quiet', '--template=', target], context), from);
  const byId = await fetch(target, from, `${id}:${commitRef}`, context);
  if (byId.exitCode === 0) return;
  if (isFolder(from)) throw unknownRevision(from, id, byId);
  // A server need not give a commit by its id; then it is on a branch or a tag.
  requireDone(await fetch(target, from, '+refs/heads/*:refs/heads/*', context, '+refs/tags/*:refs/tags/*'), from);
  const found = await runGit(target, ['update-ref', commitRef, id], context);
  if (found.exitCode !== 0) throw unknownRevision(from, id, byId);
}

/**
 * The bytes of a commit object in a clone, with the name that they hash to.
 * @throws UNKNOWN_REVISION, SOURCE_REFUSED when they are not those of the commit
 */
export async function readCommitObject(clone: string, revision: string, context: GitContext): Promise<Buffer> {
  const id = parseRevision(revision);
  const result = await runGit(clone, ['cat-file', 'commit', id], context, maxCommitBytes);
  if (result.exitCode !== 0) throw unknownRevision(clone, id, result);
  if (!result.truncated && gitObjectId('commit', result.stdout) === id) return result.stdout;
  throw new LanekeeperError('SOURCE_REFUSED', {
    message: `${id} does not name a commit that can be released`,
    why: result.truncated
      ? `its object is larger than ${String(maxCommitBytes)} bytes`
      : 'it is the id of something else',
    next: 'use the output of: git rev-parse HEAD^{commit}',
  });
}

async function fetch(
  target: string,
  from: string,
  refspec: string,
  context: GitContext,
  ...more: readonly string[]
): Promise<ProcessResult> {
  const options = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--update-shallow'];
  const local = isFolder(from) || from.startsWith('file://');
  const serve = local ? [`--upload-pack=${localServer()}`] : [];
  return runGit(
    target,
    ['-c', 'fetch.unpackLimit=1', 'fetch', ...options, ...serve, '--end-of-options', from, refspec, ...more],
    context,
  );
}

/**
 * The command that serves a folder of this machine. Git runs it there without the settings and most variables of its own
 * caller, so that they are repeated. The folder may belong to anybody: what a release builds is decided by hashes.
 */
function localServer(): string {
  const variables = Object.entries(neutralVariables).map(([name, value]) => `${name}=${value}`);
  const settings = ['safe.directory=*', 'uploadpack.allowAnySHA1InWant=true', ...neutralSettings];
  const words = ['env', ...variables, 'git', '--no-pager', ...settingOptions(settings), 'upload-pack'];
  return words.map((word) => `'${word}'`).join(' ');
}

function requireDone(result: ProcessResult, repository: string): void {
  if (result.exitCode === 0) return;
  throw new LanekeeperError('UNAVAILABLE', {
    message: 'the repository cannot be read',
    object: repository,
    why: lastLine(result),
    next: 'check its address, and that this machine may read it without a password prompt',
  });
}

function unknownRevision(repository: string, id: string, result: ProcessResult): LanekeeperError {
  return new LanekeeperError('UNKNOWN_REVISION', {
    message: `the repository has no commit ${id}`,
    object: repository,
    why: lastLine(result) || 'git does not know the name',
    next: isFolder(repository)
      ? `commit first, then use what this prints: git -C ${repository} rev-parse HEAD`
      : 'push the commit first: git push',
  });
}
