import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import { maxCommitObjectBytes, maxCommitObjects } from '../../core/release/commit-objects.js';
import { type GitContext, lastLine, runGit, runGitOnFiles } from './run-git.js';

/**
 * The objects of a commit and of its ancestors in a clone, newest first on all branches, as many as a release keeps: what
 * `parseCommitObjects` reads. They are neither parsed nor checked here; whoever relies on them hashes them.
 *
 * @param folder where files may be written meanwhile
 * @throws SOURCE_REFUSED, TIMED_OUT
 */
export async function readHistory(
  clone: string,
  revision: string,
  folder: string,
  context: GitContext,
): Promise<Buffer> {
  const list = await runGit(
    clone,
    ['rev-list', '--date-order', `--max-count=${String(maxCommitObjects)}`, '--end-of-options', revision],
    context,
  );
  if (list.exitCode !== 0) throw refused(revision, lastLine(list));
  await mkdir(folder, { recursive: true });
  const files = { input: join(folder, 'hashes'), output: join(folder, 'commits') };
  await writeFile(files.input, list.stdout);
  const read = await runGitOnFiles(clone, ['cat-file', '--batch'], files, context);
  if (read.exitCode !== 0) throw refused(revision, lastLine(read));
  return wholeEntries(await beginningOf(files.output, maxCommitObjectBytes));
}

async function beginningOf(path: string, length: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The entries that are not cut off. */
function wholeEntries(bytes: Buffer): Buffer {
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(0x0a, at);
    const size = Number(bytes.subarray(at, Math.max(at, end)).toString('latin1').split(' ')[2]);
    const next = end + 1 + size + 1;
    if (end < 0 || !Number.isSafeInteger(next) || next > bytes.length) break;
    at = next;
  }
  return bytes.subarray(0, at);
}

function refused(revision: string, why: string): LanekeeperError {
  return new LanekeeperError('SOURCE_REFUSED', {
    message: 'the history of the commit cannot be read',
    object: `commit ${revision}`,
    why,
    next: 'check the repository: git fsck --full',
  });
}
