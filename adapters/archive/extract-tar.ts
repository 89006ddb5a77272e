import { constants } from 'node:fs';
import { lstat, mkdir, open, realpath, symlink } from 'node:fs/promises';
import { dirname, join, posix, sep } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { bytesOf } from '../content-store/bytes-of.js';

/** How much may be unpacked into one folder, from all archives together. */
export interface ExtractLimits {
  readonly maxEntries: number;
  /** Sum over all files, in bytes, counted while they stream. */
  readonly maxBytes: number;
  readonly maxLinks: number;
}

/** Enough for a service with its dependencies. */
export const defaultExtractLimits: ExtractLimits = {
  maxEntries: 200_000,
  maxBytes: 2 * 1024 * 1024 * 1024,
  maxLinks: 50_000,
};

/** What is left of some limits. Archives that are unpacked over each other share one, so that many small ones count. */
export class ExtractBudget {
  readonly #limits: ExtractLimits;
  #entries = 0;
  #bytes = 0;
  #links = 0;

  constructor(limits: ExtractLimits = defaultExtractLimits) {
    this.#limits = limits;
  }

  takeEntry(): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.maxEntries)
      throw new ArchiveRefused(`it has more than ${String(this.#limits.maxEntries)} entries`);
  }

  takeBytes(count: number): void {
    this.#bytes += count;
    if (this.#bytes > this.#limits.maxBytes)
      throw new ArchiveRefused(`its files are larger than ${String(this.#limits.maxBytes)} bytes together`);
  }

  takeLink(): void {
    this.#links += 1;
    if (this.#links > this.#limits.maxLinks)
      throw new ArchiveRefused(`it has more than ${String(this.#limits.maxLinks)} links`);
  }
}

/** A symbolic link that waits until all files are written, see {@link createLinks}. */
export interface PendingLink {
  readonly name: string;
  readonly target: string;
}

/** Why an archive was not accepted. */
export class ArchiveRefused extends Error {}

/**
 * Writes the files and folders of a tar stream below `root`. Names that leave the folder, hard links, devices and
 * duplicates are refused. Symbolic links are returned and not created, so that no file of this or a later archive can
 * be written through one.
 * @param budget what may be unpacked; shared by the archives that go into one folder
 * @throws {@link ArchiveRefused}
 */
export async function extractTar(
  source: Readable,
  root: string,
  budget: ExtractBudget = new ExtractBudget(),
): Promise<PendingLink[]> {
  const links: PendingLink[] = [];
  const archive = extract();
  // Errors of the source reach the loop below, because the pipeline destroys the archive with them.
  pipeline(source, archive, () => undefined);
  try {
    for await (const entry of archive) {
      budget.takeEntry();
      const name = safeName(entry.header.name);
      if (name === '') {
        entry.resume();
        continue;
      }
      const path = join(root, name);
      switch (entry.header.type) {
        case 'directory':
          await mkdir(path, { recursive: true, mode: 0o755 });
          entry.resume();
          break;
        case 'file':
        case 'contiguous-file':
          await writeEntry(bytesOf(entry), (entry.header.mode & 0o100) !== 0, path, budget);
          break;
        case 'symlink':
          budget.takeLink();
          links.push({ name, target: safeTarget(name, entry.header.linkname) });
          entry.resume();
          break;
        default:
          throw new ArchiveRefused(
            `${JSON.stringify(name)} is a ${entry.header.type}; only files, folders and symbolic links are allowed`,
          );
      }
    }
  } catch (error) {
    source.destroy();
    throw error instanceof ArchiveRefused || error instanceof LanekeeperError
      ? error
      : new ArchiveRefused(messageOf(error), { cause: error });
  }
  return links;
}

/**
 * Creates the links that {@link extractTar} held back, each in a real folder inside `root`: none is created through
 * another one. With `mustResolve`, each must lead to something inside `root`, through other links too.
 * @throws {@link ArchiveRefused}
 */
export async function createLinks(root: string, links: readonly PendingLink[], mustResolve: boolean): Promise<void> {
  for (const link of links) {
    await makeParents(root, link.name);
    const path = join(root, link.name);
    if ((await lstat(path).catch(() => undefined)) !== undefined)
      throw new ArchiveRefused(`${JSON.stringify(link.name)} appears twice`);
    await symlink(link.target, path);
  }
  if (!mustResolve) return;
  const inside = (await realpath(root)) + sep;
  for (const link of links) {
    const real = await realpath(join(root, link.name)).catch(() => undefined);
    if (real === undefined) throw new ArchiveRefused(`the link ${JSON.stringify(link.name)} leads nowhere`);
    if (!`${real}${sep}`.startsWith(inside)) throw leaves(link.name);
  }
}

async function writeEntry(
  content: AsyncIterable<Uint8Array>,
  executable: boolean,
  path: string,
  budget: ExtractBudget,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    for await (const chunk of content) {
      budget.takeBytes(chunk.length);
      await file.writeFile(chunk);
    }
    // An explicit mode, so that the umask of this process changes nothing.
    await file.chmod(executable ? 0o755 : 0o644);
  } finally {
    await file.close();
  }
}

/**
 * Makes the folders above a link, one by one. Each that is there must be a real folder: a link among them, created a
 * moment ago, would lead what follows elsewhere.
 */
async function makeParents(root: string, name: string): Promise<void> {
  let path = root;
  for (const part of name.split('/').slice(0, -1)) {
    path = join(path, part);
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) await mkdir(path, { mode: 0o755 });
    else if (!found.isDirectory())
      throw new ArchiveRefused(`${JSON.stringify(name.slice(0, 200))} is below something that is not a folder`);
  }
}

function safeName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0') || name.length > 2000) throw leaves(name);
  return parts.join('/');
}

function safeTarget(name: string, target: string): string {
  const resolved = posix.join(posix.dirname(name), target);
  if (
    target === '' ||
    target.startsWith('/') ||
    target.includes('\0') ||
    resolved === '..' ||
    resolved.startsWith('../')
  )
    throw leaves(name);
  return target;
}

function leaves(name: string): ArchiveRefused {
  return new ArchiveRefused(`${JSON.stringify(name.slice(0, 200))} leaves the folder`);
}
