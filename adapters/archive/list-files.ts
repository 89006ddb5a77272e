import { lstat, readdir, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';

/** A file or link below a folder. */
export interface ListedFile {
  /** Relative to the folder, with `/`. */
  readonly name: string;
  /** Where it is on this machine. */
  readonly path: string;
  readonly kind: 'file' | 'link';
  readonly executable: boolean;
  /** In bytes. */
  readonly size: number;
}

const maxFiles = 200_000;
const maxFileBytes = 256 * 1024 * 1024;

/**
 * All files and symbolic links below `root`; folders and files for which `skip` returns true are left out.
 * @throws BUILD_FAILED on a link that leaves the folder or leads nowhere, on a socket or device, and above the limits
 */
export async function listFiles(root: string, skip: (name: string) => boolean): Promise<ListedFile[]> {
  const found: ListedFile[] = [];
  const inside = (await realpath(root)) + sep;

  async function visit(folder: string): Promise<void> {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (skip(name)) continue;
      if (entry.isDirectory()) {
        await visit(name);
        continue;
      }
      const path = join(root, name);
      if (found.length >= maxFiles) throw refused(root, `there are more than ${String(maxFiles)} files`);
      if (entry.isSymbolicLink()) await requireInside(path, name, inside);
      else if (!entry.isFile()) throw refused(name, 'only files, folders and symbolic links can be in an image');
      const { mode, size } = await lstat(path);
      if (size > maxFileBytes) throw refused(name, `it is larger than ${String(maxFileBytes)} bytes`);
      found.push({
        name,
        path,
        kind: entry.isSymbolicLink() ? 'link' : 'file',
        executable: (mode & 0o100) !== 0,
        size,
      });
    }
  }

  await visit('');
  return found;
}

async function requireInside(path: string, name: string, inside: string): Promise<void> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw refused(name, 'it is a link that leads nowhere');
  if (!`${real}${sep}`.startsWith(inside)) throw refused(name, 'it is a link that leaves the folder');
}

function refused(object: string, why: string): LanekeeperError {
  return new LanekeeperError('BUILD_FAILED', {
    message: `${object} cannot go into an image`,
    object,
    why,
    next: 'change what the build leaves behind, or name what belongs in the image under `include`',
  });
}
