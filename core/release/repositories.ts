import { LanekeeperError } from '../errors.js';
import type { Parser } from '../input.js';

/**
 * Reads a pattern of repositories: one repository, or the beginning of several and `/*`. A beginning has at least a host
 * or a folder.
 * @throws INVALID_INPUT
 */
export const parseRepositoryPattern: Parser<string> = (value, object) => {
  if (typeof value === 'string' && value.length <= 1000 && isPattern(value)) return value;
  throw new LanekeeperError('INVALID_INPUT', {
    message: 'this is not a pattern of repositories',
    object,
    why: 'a pattern is an absolute folder or an https, ssh or file URL, and may end with /* for everything below',
    next: 'write it as https://git.example.com/team/* or /srv/git/*',
  });
};

function isPattern(pattern: string): boolean {
  const start = pattern.endsWith('/*') ? pattern.slice(0, -2) : pattern;
  return /^(?:\/[^/]|(?:https|ssh):\/\/[^/]+|file:\/\/\/[^/])[^\0\n*]*$/.test(start) && isPlain(start);
}

/** Whether a pattern means a repository. */
export function matchesPattern(pattern: string, repository: string): boolean {
  if (!pattern.endsWith('/*')) return repository === pattern;
  // What a file system or a server would resolve to another place is below nothing.
  return repository.startsWith(pattern.slice(0, -1)) && repository.length >= pattern.length && isPlain(repository);
}

function isPlain(location: string): boolean {
  const path = location.replace(/^[a-z]+:\/\//, '');
  return (
    !/[%\\?#]/.test(path) &&
    !path.split('/').some((part, index) => part === '..' || part === '.' || (part === '' && index > 0))
  );
}

/**
 * Requires that a tenant releases from a repository. Without patterns, every repository is allowed.
 * @throws WRONG_REPOSITORY
 */
export function requireAllowed(patterns: readonly string[], repository: string): void {
  if (patterns.length === 0 || patterns.some((pattern) => matchesPattern(pattern, repository))) return;
  throw new LanekeeperError('WRONG_REPOSITORY', {
    message: `nothing is released from ${repository}`,
    object: `repository ${repository}`,
    why: `the repositories that are allowed here are ${patterns.slice(0, 10).join(', ')}`,
    next: `an operator allows it with: lane product repositories allow ${repository}`,
  });
}

/**
 * What two addresses of the same repository have in common: host and path, without the protocol, the user and the ending
 * `.git`. Only for finding the address that a product is bound to; which commit is built is decided by its id.
 */
export function placeOfRemote(remote: string): string {
  const scp = /^(?:[^/@:]+@)?([^/:]+):(?!\/\/)(.+)$/.exec(remote);
  const url = /^(?:https|http|ssh|git):\/\/(?:[^/@]*@)?([^/]+)\/(.+)$/.exec(remote);
  const [, host, path] = url ?? scp ?? [];
  const folder = remote.replace(/^file:\/\//, '');
  const place = host === undefined || path === undefined ? folder : `${host.toLowerCase()}/${path.replace(/^\/+/, '')}`;
  return place.replace(/\/+$/, '').replace(/\.git$/, '');
}
