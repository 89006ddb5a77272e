import { execa } from 'execa';
import { LanekeeperError } from '../../../core/errors.js';
import type { Context } from '../program/context.js';

/** A commit of a repository. */
export interface Commit {
  /** The root of the repository, absolute. */
  readonly root: string;
  /** The full commit hash, forty digits. */
  readonly revision: string;
  /** The text of a file in the commit. @throws NOT_FOUND */
  readFile(path: string): Promise<string>;
  /** Addresses in the commit that whoever works in this folder has used here: told to git, or left in its reflog. */
  ownAddresses(): Promise<readonly string[]>;
  /** Whether the work tree has uncommitted changes. */
  hasUncommittedChanges(): Promise<boolean>;
  /** The address that the repository was cloned from, if there is one. */
  origin(): Promise<string | undefined>;
}

/**
 * Finds the commit that `revision` names in the repository that contains `folder`.
 *
 * @throws CONFIGURATION when the folder is not in a repository, UNKNOWN_REVISION when there is no such commit
 */
export async function readCommit(
  context: Pick<Context, 'environment'>,
  folder: string,
  revision: string,
): Promise<Commit> {
  const git = async (cwd: string, ...args: string[]): Promise<string> => {
    const env = { ...context.environment.inherited, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
    const { stdout } = await execa('git', ['-c', 'core.fsmonitor=false', ...args], {
      cwd,
      env,
      extendEnv: false,
      stripFinalNewline: false,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  };
  const root = await git(folder, 'rev-parse', '--show-toplevel').catch((error: unknown) => {
    throw new LanekeeperError(
      'CONFIGURATION',
      {
        message: 'this folder is not in a Git repository',
        object: folder,
        why: 'lane reads lanekeeper.yaml from a commit',
        next: 'run git init, git add and git commit, or change to the repository of the product',
      },
      { cause: error },
    );
  });
  const top = root.trimEnd();
  const found = await git(top, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`).catch(
    (error: unknown) => {
      throw new LanekeeperError(
        'UNKNOWN_REVISION',
        {
          message: `there is no commit ${revision}`,
          object: top,
          next: revision === 'HEAD' ? 'commit something first: git add, git commit' : 'git log lists the commits',
        },
        { cause: error },
      );
    },
  );
  const commit = found.trimEnd();
  return {
    root: top,
    revision: commit,
    readFile: (path) =>
      git(top, 'show', `${commit}:${path}`).catch((error: unknown) => {
        throw new LanekeeperError(
          'NOT_FOUND',
          {
            message: `commit ${commit.slice(0, 12)} has no ${path}`,
            object: top,
            next: `write one with lane init, then commit it: git add ${path}, git commit`,
          },
          { cause: error },
        );
      }),
    ownAddresses: async () => {
      const lines = (...args: string[]) => git(top, ...args).then((text) => text.split('\n').filter(Boolean));
      const own = await Promise.all(
        [
          ['config', '--get', 'user.email'],
          ['log', '--walk-reflogs', '-1', '--format=%ge', 'HEAD'],
        ].map((args) => lines(...args).catch(() => [])),
      );
      const named = await lines('log', '-1', '--no-show-signature', '--no-mailmap', '--format=%ae%n%ce', commit);
      return [...new Set(named)].filter((address) => own.flat().includes(address));
    },
    origin: () =>
      git(top, 'config', '--get', 'remote.origin.url').then(
        (url) => url.trim() || undefined,
        () => undefined,
      ),
    hasUncommittedChanges: async () => (await git(top, 'status', '--porcelain')).trim() !== '',
  };
}
