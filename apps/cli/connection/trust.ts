import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';

/** What a stack file says that matters here. */
interface FoundStack {
  readonly file: string;
  readonly dataDir: string;
  readonly apiUrl: string;
  readonly temporalUiUrl: string | undefined;
}

/**
 * Requires that a stack file which nobody has named is one that a stack of this user has written. Anybody can put one
 * into a folder that this user clones, unpacks or is sent.
 *
 * @param inherited what git inherits
 * @throws CONFIGURATION saying what speaks against it
 */
export function requireOwnStack(stack: FoundStack, inherited: Readonly<Record<string, string>>): void {
  const problem = problemOf(stack, inherited);
  if (problem === undefined) return;
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the stack that was found here is not trusted',
    object: stack.file,
    why: problem,
    next: `if it is yours all the same, name it: lane --stack ${stack.file} …`,
  });
}

function problemOf(
  { file, dataDir, apiUrl, temporalUiUrl }: FoundStack,
  inherited: Readonly<Record<string, string>>,
): string | undefined {
  const folder = realpathOf(dataDir);
  const real = realpathOf(file);
  if (folder === undefined || real !== join(folder, basename(file)))
    return `it does not lie in the data folder that it names, ${dataDir}`;
  for (const path of [folder, real]) {
    const { uid, mode } = lstatSync(path);
    if (uid !== process.getuid?.()) return `${path} does not belong to this user`;
    if ((mode & 0o022) !== 0) return `${path} can be written by others`;
  }
  const foreign = [apiUrl, ...(temporalUiUrl === undefined ? [] : [temporalUiUrl])].find((url) => !isLoopback(url));
  if (foreign !== undefined) return `it points to ${foreign}, which is not on this machine`;
  return problemOfGit(real, inherited);
}

function realpathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isLoopback(url: string): boolean {
  const name = URL.canParse(url) ? new URL(url).hostname : '';
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

/** Whether the file came with a repository: then somebody else has written it. */
function problemOfGit(file: string, inherited: Readonly<Record<string, string>>): string | undefined {
  if (!isInRepository(dirname(file))) return undefined;
  try {
    // The repository may be hostile: nothing that its configuration names is run.
    execFileSync(
      'git',
      ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'ls-files', '--error-unmatch', '--', file],
      { cwd: dirname(file), env: inherited, stdio: 'ignore' },
    );
  } catch (error) {
    const { status } = error as { status?: number | null };
    return status === 1 ? undefined : 'it is in a Git repository, and git does not say whether it is tracked there';
  }
  return 'it is tracked by Git, so it came from somebody else';
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  return folder !== dirname(folder) && isInRepository(dirname(folder));
}
