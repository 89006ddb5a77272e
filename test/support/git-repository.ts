import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

/** A repository with one commit by a named author. */
export interface Repository {
  readonly folder: string;
  readonly revision: string;
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada Author',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada Author',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_AUTHOR_DATE: '2026-03-01T09:00:00Z',
  GIT_COMMITTER_DATE: '2026-03-01T09:00:00Z',
};

/** Runs git with a fixed identity and time. @returns what it printed, without the trailing newline */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const env = { ...identity, PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' };
  return (await execa('git', args, { cwd: folder, env, extendEnv: false })).stdout;
}

/** Runs git as an author and a committer, whom it names by the part of their address before @example.com. */
export async function gitAs(
  folder: string,
  { author, committer = author }: { readonly author: string; readonly committer?: string },
  ...args: string[]
): Promise<string> {
  const env = {
    ...identity,
    ...{ PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1' },
    ...{ GIT_AUTHOR_NAME: author, GIT_AUTHOR_EMAIL: `${author}@example.com` },
    ...{ GIT_COMMITTER_NAME: committer, GIT_COMMITTER_EMAIL: `${committer}@example.com` },
  };
  return (await execa('git', args, { cwd: folder, env, extendEnv: false })).stdout;
}

/** Commits everything in a folder, which becomes a repository if it is not one yet. */
export async function commitAll(folder: string, message = 'A change'): Promise<Repository> {
  await git(folder, 'init', '--quiet', '--initial-branch=main');
  await git(folder, 'add', '--all');
  await git(folder, 'commit', '--quiet', '--message', message);
  return { folder, revision: await git(folder, 'rev-parse', 'HEAD') };
}

/** A repository that holds these files. */
export async function repositoryOf(folder: string, files: Readonly<Record<string, string>>): Promise<Repository> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return commitAll(folder);
}

/** A repository that holds a copy of an example of this project. */
export async function repositoryOfExample(folder: string, example: string): Promise<Repository> {
  const source = join(import.meta.dirname, '../../examples', example);
  await cp(source, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  return commitAll(folder);
}
