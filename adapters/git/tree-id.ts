import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { gitModes, gitObjectHash, gitObjectId, type TreeEntry, treeId } from '../../core/release/git-object.js';
import { bytesOf } from '../content-store/bytes-of.js';
import { nodeHashing } from '../hash/node-hashing.js';

const slash = Buffer.from('/');

/**
 * The name of the tree that git would have for what is in a folder, computed from the bytes on disk. A folder without
 * files counts too; git has none, so that it equals no tree that git made.
 */
export async function treeIdOfFolder(folder: string): Promise<string> {
  return idOf(Buffer.from(folder));
}

async function idOf(folder: Buffer): Promise<string> {
  const entries: TreeEntry[] = [];
  for (const name of await readdir(folder, { encoding: 'buffer' }))
    entries.push({ name, ...(await entryAt(Buffer.concat([folder, slash, name]))) });
  return treeId(entries);
}

async function entryAt(path: Buffer): Promise<Omit<TreeEntry, 'name'>> {
  const found = await lstat(path);
  if (found.isDirectory()) return { mode: gitModes.folder, id: await idOf(path) };
  if (found.isSymbolicLink())
    return { mode: gitModes.link, id: gitObjectId('blob', await readlink(path, { encoding: 'buffer' })) };
  const executable = (found.mode & 0o100) !== 0;
  return { mode: executable ? gitModes.executable : gitModes.file, id: await blobId(path, found.size) };
}

async function blobId(path: Buffer, size: number): Promise<string> {
  const hash = gitObjectHash('blob', size, nodeHashing);
  for await (const chunk of bytesOf(createReadStream(path))) hash.update(chunk);
  return hash.digest();
}
