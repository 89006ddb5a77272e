import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { LanekeeperError } from '../../../core/errors.js';
import { trackingOf } from './tracked-by-git.js';

/** What a stack file says that matters here. */
interface FoundStack {
  readonly file: string;
  readonly dataDir: string;
  readonly apiUrl: string;
  readonly temporalAddress: string;
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

function problemOf(stack: FoundStack, inherited: Readonly<Record<string, string>>): string | undefined {
  const real = realpathSync(stack.file);
  const folder = dirname(real);
  // Letter by letter: a relative path, or one through /proc/self/cwd, names whatever folder lane is started in.
  if (stack.dataDir !== folder || basename(real) !== basename(stack.file))
    return `it does not lie in the data folder that it names, ${stack.dataDir}`;
  for (const path of [folder, real]) {
    const { uid, mode } = lstatSync(path);
    if (uid !== process.getuid?.()) return `${path} does not belong to this user`;
    if ((mode & 0o022) !== 0) return `${path} can be written by others`;
  }
  const foreign = foreignAddressOf(stack);
  if (foreign !== undefined) return `it points to ${foreign}, which is not on this machine`;
  return problemOfGit(stack.file, real, inherited);
}

/** The first address that is not on this machine. */
function foreignAddressOf({ apiUrl, temporalAddress, temporalUiUrl }: FoundStack): string | undefined {
  const urls = temporalUiUrl === undefined ? [apiUrl] : [apiUrl, temporalUiUrl];
  if (!/^(localhost|127\.\d+\.\d+\.\d+|\[::1\]):\d+$/.test(temporalAddress)) return temporalAddress;
  return urls.find((url) => !isLoopback(url));
}

function isLoopback(url: string): boolean {
  const name = URL.canParse(url) ? new URL(url).hostname : '';
  return name === 'localhost' || name === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(name);
}

/** Whether the file, or a link that leads to it, came with a repository: then somebody else has written it. */
function problemOfGit(file: string, real: string, inherited: Readonly<Record<string, string>>): string | undefined {
  for (const path of [real, ...linksOnTheWayTo(resolve(file))]) {
    const tracking = trackingOf(path, inherited);
    if (tracking === 'unknown') return 'it is in a Git repository, and git does not say whether it is tracked there';
    if (tracking === 'tracked' && path === real) return 'it is tracked by Git, so it came from somebody else';
    if (tracking === 'tracked') return `${path} is a link that is tracked by Git, so it came from somebody else`;
  }
  return undefined;
}

/** The symbolic links among a path and all folders above it, each where it really lies. */
function linksOnTheWayTo(path: string): readonly string[] {
  const parent = dirname(path);
  if (parent === path) return [];
  const place = join(realpathSync(parent), basename(path));
  return [...linksOnTheWayTo(parent), ...(lstatSync(place).isSymbolicLink() ? [place] : [])];
}
