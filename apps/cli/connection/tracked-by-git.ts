import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Whether a file came with a repository; `unknown` when it is in one and git does not say. */
export type Tracking = 'tracked' | 'untracked' | 'unknown';

/** The repository may be hostile: git runs nothing that its configuration names, and fetches nothing. */
const settings = ['core.fsmonitor=false', 'core.hooksPath=/dev/null', 'safe.bareRepository=explicit'];
const neutralVariables = {
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
};

/**
 * Whether Git tracks a file, in the repository whose working tree holds it.
 *
 * Git is started at the top of that tree. Below it, a commit can bring a folder with HEAD, objects and refs, which git
 * takes for a bare repository, with an index and a configuration of its author's choice.
 *
 * @param path absolute; a symbolic link is not followed
 * @param inherited what git inherits
 */
export function trackingOf(path: string, inherited: Readonly<Record<string, string>>): Tracking {
  const top = topOf(dirname(path));
  if (top === undefined) return 'untracked';
  // A name in other letters is the same file where the file system says so.
  const pathspec = `:(top,icase,literal)${relative(top, path)}`;
  try {
    execFileSync('git', [...settings.flatMap((each) => ['-c', each]), 'ls-files', '--error-unmatch', '--', pathspec], {
      cwd: top,
      env: { ...inherited, ...neutralVariables, GIT_CEILING_DIRECTORIES: dirname(top) },
      stdio: 'ignore',
    });
    return 'tracked';
  } catch (error) {
    return (error as { status?: number | null }).status === 1 ? 'untracked' : 'unknown';
  }
}

/** The nearest folder with a `.git`, which no commit can bring. */
function topOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  return folder === dirname(folder) ? undefined : topOf(dirname(folder));
}
