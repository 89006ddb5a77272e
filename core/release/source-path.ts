import { textIfUtf8 } from '../bytes.js';
import { LanekeeperError } from '../errors.js';

const maxPathLength = 2000;
const maxNameBytes = 255;

/** Characters that some file systems ignore in names. */
const ignored = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Reads a path in a commit. It must lead to the same place for everybody, and never into the folder that git keeps for
 * itself, under whatever name a file system knows it.
 * @throws SOURCE_REFUSED naming the path
 */
export function parseSourcePath(bytes: Uint8Array): string {
  const path = textIfUtf8(bytes);
  if (path === undefined) throw refusedPath(new TextDecoder().decode(bytes), 'its name is not UTF-8');
  if (path.length > maxPathLength) throw refusedPath(path, `it is longer than ${String(maxPathLength)} characters`);
  for (const name of path.split('/')) {
    if (name === '' || name === '.' || name === '..')
      throw refusedPath(path, 'it leaves its folder, or has an empty name');
    if (/\p{Cc}/u.test(name)) throw refusedPath(path, 'it has a control character');
    if (new TextEncoder().encode(name).length > maxNameBytes)
      throw refusedPath(path, `one of its names is longer than ${String(maxNameBytes)} bytes`);
    if (isGitFolder(name)) throw refusedPath(path, 'some file systems take it for the folder of git itself');
  }
  return path;
}

/** The refusal of what is at a path of a commit. */
export function refusedPath(path: string, why: string, next?: string): LanekeeperError {
  const shown = JSON.stringify(path.slice(0, 300));
  return new LanekeeperError('SOURCE_REFUSED', {
    message: `the commit cannot be released: ${shown}: ${why}`,
    object: `path ${shown}`,
    why,
    next: next ?? 'remove or rename it, commit, and release again',
  });
}

function isGitFolder(name: string): boolean {
  const folded = name.replaceAll(ignored, '').toLowerCase();
  // Of `name:stream`, and of what ends with dots or spaces, Windows sees only what is before them.
  return folded.split(/[\\]/).some((part) => /^(?:\.git|git~\d+)[. ]*(?::.*)?$/.test(part));
}
