import { isAbsolute } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import { parseRevision } from '../../core/ids.js';
import { type ProcessResult, runProcess } from '../process/run-process.js';

/** What every call to git needs. */
export interface GitContext {
  /** The environment of the child, see `childEnvironment`. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A commit and who made it. */
export interface Commit {
  /** 40 hex digits. */
  readonly revision: string;
  readonly author: { readonly name: string; readonly email: string };
  /** When it was committed, RFC 3339 in UTC. */
  readonly committedAt: string;
  /** The first line of its message. */
  readonly subject: string;
}

const maxArchiveBytes = 512 * 1024 * 1024;
const refPattern = /^[A-Za-z0-9_][A-Za-z0-9_./@{}^~+-]{0,199}$/;
const urlPattern = /^(?:https:\/\/|ssh:\/\/|file:\/\/\/)[^\s-][^\s]{0,1000}$/;

/** Reads the location of a repository: an absolute folder, or an https, ssh or file URL. @throws INVALID_INPUT */
export function parseRepository(value: string): string {
  const folder = isAbsolute(value) && value.length <= 1000 && !value.includes('\0');
  if (folder || urlPattern.test(value)) return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: `${JSON.stringify(value.slice(0, 100))} is not a repository`,
    why: 'a repository is an absolute folder or an https://, ssh:// or file:/// URL',
    next: 'name the folder that holds the product, for example /home/me/shop',
  });
}

/** Whether the repository is a folder on this machine. */
export function isFolder(repository: string): boolean {
  return isAbsolute(repository);
}

/**
 * The full id of the commit that a name refers to.
 * @throws INVALID_INPUT when the name could be read as an option, UNKNOWN_REVISION when there is no such commit
 */
export async function resolveRevision(folder: string, ref: string, context: GitContext): Promise<string> {
  if (!refPattern.test(ref))
    throw new LanekeeperError('INVALID_INPUT', {
      message: `${JSON.stringify(ref.slice(0, 100))} is not a commit name`,
    });
  const result = await runGit(
    folder,
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
    context,
  );
  if (result.exitCode !== 0) throw unknownRevision(folder, ref, result);
  return parseRevision(result.stdout.toString('utf8').trim());
}

/** Author, time and subject of a commit. @throws UNKNOWN_REVISION, INVALID_INPUT */
export async function readCommit(folder: string, revision: string, context: GitContext): Promise<Commit> {
  const id = parseRevision(revision);
  const result = await runGit(
    folder,
    ['log', '-1', '--no-show-signature', '--format=%H%x00%an%x00%ae%x00%ct%x00%s', '--end-of-options', id],
    context,
  );
  const [hash, name, email, seconds, subject] = result.stdout.toString('utf8').trimEnd().split('\0');
  if (result.exitCode !== 0 || hash !== id || name === undefined || email === undefined)
    throw unknownRevision(folder, id, result);
  return {
    revision: id,
    author: { name: name.slice(0, 200), email: email.slice(0, 200) },
    committedAt: new Date(Number(seconds) * 1000).toISOString(),
    subject: (subject ?? '').slice(0, 200),
  };
}

/**
 * The files of a commit as a tar; uncommitted files in the working folder play no part.
 * @throws UNKNOWN_REVISION, INVALID_INPUT
 */
export async function archiveCommit(folder: string, revision: string, context: GitContext): Promise<Buffer> {
  const id = parseRevision(revision);
  const result = await runGit(folder, ['-c', 'tar.umask=0022', 'archive', '--format=tar', id], context);
  if (result.exitCode !== 0) throw unknownRevision(folder, id, result);
  if (result.truncated)
    throw new LanekeeperError('INVALID_INPUT', {
      message: 'the commit holds more than 512 MiB',
      object: folder,
      next: 'keep large files out of the repository',
    });
  return result.stdout;
}

/** A bare copy of a repository that is not a folder here. @throws UNAVAILABLE */
export async function cloneBare(repository: string, target: string, context: GitContext): Promise<void> {
  const result = await runGit('/', ['clone', '--bare', '--quiet', '--', parseRepository(repository), target], context);
  if (result.exitCode === 0) return;
  throw new LanekeeperError('UNAVAILABLE', {
    message: 'the repository cannot be read',
    object: repository,
    why: lastLine(result),
    next: 'check its address, and that this machine may read it without a password prompt',
  });
}

async function runGit(cwd: string, args: readonly string[], context: GitContext): Promise<ProcessResult> {
  // The machine's configuration and the repository's hooks must neither change what a commit looks like nor run
  // anything.
  const settings = [
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.autocrlf=false',
    'core.attributesFile=/dev/null',
    'protocol.ext.allow=never',
  ];
  const env = {
    ...context.env,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
  };
  const result = await runProcess({
    command: 'git',
    args: ['--no-pager', ...settings.flatMap((setting) => ['-c', setting]), ...args],
    cwd,
    env,
    timeoutMs: context.timeoutMs,
    maxStdoutBytes: maxArchiveBytes,
    ...(context.signal && { signal: context.signal }),
  });
  if (result.timedOut)
    throw new LanekeeperError('TIMED_OUT', {
      message: `git ${args[0] ?? ''} took longer than ${String(context.timeoutMs)} ms`,
      object: cwd,
    });
  return result;
}

function unknownRevision(folder: string, ref: string, result: ProcessResult): LanekeeperError {
  return new LanekeeperError('UNKNOWN_REVISION', {
    message: `the repository has no commit ${ref}`,
    object: folder,
    why: lastLine(result) || 'git does not know the name',
    next: `commit first, then use what this prints: git -C ${folder} rev-parse HEAD`,
  });
}

function lastLine(result: ProcessResult): string {
  return (result.tail.trim().split('\n').at(-1) ?? '').slice(0, 300);
}
