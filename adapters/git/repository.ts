import { isAbsolute } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';

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
