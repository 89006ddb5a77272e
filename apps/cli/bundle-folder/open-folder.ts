import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOfStream } from '../../../adapters/hash/node-hashing.js';
import { type BundleFolder, BundleProblem } from '../../../core/bundle-folder/folder.js';
import type { PinnedKeys } from '../../../core/bundle-folder/verify.js';

/** The largest blob that a content store holds, in bytes. */
const maxBlobBytes = 1024 * 1024 * 1024;

/** The folder of a bundle on a disk. Nothing below it is followed: neither a link to a file nor one to a folder. */
export function openFolder(folder: string): BundleFolder {
  return {
    async read(name, limitBytes) {
      const file = await openFile(folder, name, limitBytes);
      try {
        const bytes = Buffer.alloc((await file.stat()).size);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
        return bytes.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async digest(name) {
      const file = await openFile(folder, name, maxBlobBytes);
      try {
        return await digestOfStream(
          file.createReadStream({ autoClose: false, end: maxBlobBytes }) as AsyncIterable<Uint8Array>,
        );
      } finally {
        await file.close();
      }
    },
    list: async (name) => filesBelow(folder, name),
  };
}

/** The public keys in a folder, in files named `*.pem`. */
export function pinnedKeysIn(folder: string): PinnedKeys {
  return {
    from: folder,
    async read() {
      const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.pem'));
      const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
      return texts.filter((text) => text.includes('PUBLIC KEY'));
    },
  };
}

async function openFile(folder: string, name: string, limitBytes: number): Promise<FileHandle> {
  const path = join(folder, name);
  const found = await lstat(path).catch(() => {
    throw new BundleProblem('missing', 'the file is missing');
  });
  // A link to a folder on the way there leads to another path than the one that was asked for.
  if (!found.isFile() || (await realpath(path)) !== join(await realpath(folder), name))
    throw new BundleProblem('not-a-file', 'it is a link, or no file');
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const { size } = await file.stat();
  if (size <= limitBytes) return file;
  await file.close();
  throw new BundleProblem('too-large', `it is larger than ${String(limitBytes)} bytes`);
}

async function filesBelow(folder: string, name: string): Promise<readonly string[]> {
  const files: string[] = [];
  for (const entry of await readdir(join(folder, name), { withFileTypes: true })) {
    const path = `${name}/${entry.name}`;
    files.push(...(entry.isDirectory() ? await filesBelow(folder, path) : [path]));
  }
  return files;
}
