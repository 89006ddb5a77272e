import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, hexOf } from '../../core/digest.js';
import { LanekeeperError } from '../../core/errors.js';
import { digestOfBytes, digestOfStream, nodeHashing } from '../hash/node-hashing.js';
import { bytesOf } from './bytes-of.js';
import type { BlobFolder, StoredBlob } from './content-store.js';

/** The largest blob that is stored, in bytes: a service with its dependencies, not a data set. */
const maxBlobBytes = 1024 * 1024 * 1024;

/** The largest blob that is read into memory unless the caller says otherwise, in bytes. */
const maxBytesInMemory = 64 * 1024 * 1024;

/**
 * Blobs in a folder: `<folder>/sha256/<hex>`. A blob appears by rename after its bytes are on disk, so a
 * crash leaves either the whole blob or none.
 */
export function openFolderStore(folder: string): BlobFolder {
  const blobs = join(folder, 'sha256');
  const incoming = join(folder, 'incoming');
  const pathOf = (digest: Digest): string => join(blobs, hexOf(digest));

  async function putStream(source: AsyncIterable<Uint8Array>): Promise<StoredBlob> {
    await mkdir(blobs, { recursive: true });
    await mkdir(incoming, { recursive: true });
    const temporary = join(incoming, randomUUID());
    try {
      const written = await writeHashed(source, temporary);
      await rename(temporary, pathOf(written.digest));
      await syncFolder(blobs);
      return written;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  return {
    put: async (bytes) => (await putStream(once(Buffer.from(bytes)))).digest,
    putStream,
    putFile: async (path) => putStream(bytesOf(createReadStream(path))),
    async get(digest, limitBytes = maxBytesInMemory) {
      const path = pathOf(digest);
      const { size } = await statBlob(path, digest);
      if (size > limitBytes) throw tooLarge(`blob ${digest}`, limitBytes);
      const bytes = await readFile(path);
      if (digestOfBytes(bytes) !== digest) throw corrupt(digest);
      return bytes;
    },
    async open(digest) {
      const path = pathOf(digest);
      await statBlob(path, digest);
      if ((await digestOfStream(bytesOf(createReadStream(path)))) !== digest) throw corrupt(digest);
      return createReadStream(path);
    },
    has: async (digest) => (await stat(pathOf(digest)).catch(() => undefined))?.isFile() ?? false,
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(bytes);
}

async function writeHashed(source: AsyncIterable<Uint8Array>, path: string): Promise<StoredBlob> {
  const hash = nodeHashing.sha256();
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const bytes of source) {
      size += bytes.length;
      if (size > maxBlobBytes) throw tooLarge('the blob', maxBlobBytes);
      hash.update(bytes);
      await file.writeFile(bytes);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: `sha256:${hash.digest()}`, size };
}

/** Makes the rename itself durable; some file systems cannot sync a folder, and then there is nothing more to do. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync().catch(() => undefined);
  } finally {
    await handle.close();
  }
}

async function statBlob(path: string, digest: Digest): Promise<{ size: number }> {
  try {
    return await stat(path);
  } catch (error) {
    throw new LanekeeperError(
      'BLOB_MISSING',
      {
        message: `the content store has no blob ${digest}`,
        object: `blob ${digest}`,
        why: 'its file was deleted, or is on another machine',
        next: 'restore the blob from a backup, or release the revision again',
      },
      { cause: error },
    );
  }
}

function corrupt(digest: Digest): LanekeeperError {
  return new LanekeeperError('BLOB_CORRUPT', {
    message: `the bytes of blob ${digest} hash to a different digest`,
    object: `blob ${digest}`,
    why: 'its file was changed after it was stored',
    next: 'restore the blob from a backup; the changed bytes were not used',
  });
}

function tooLarge(object: string, limitBytes: number): LanekeeperError {
  return new LanekeeperError('INVALID_INPUT', {
    message: `${object} is larger than ${String(limitBytes)} bytes`,
    object,
  });
}
