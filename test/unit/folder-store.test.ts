import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import { hexOf } from '../../core/digest.js';
import { digestOf } from '../../core/hash.js';
import { scratchFolder } from '../support/scratch.js';

describe('the content store in a folder', () => {
  test('returns what was stored, under its digest', async () => {
    const store = openFolderStore(await scratchFolder());
    const digest = await store.put('hello');
    expect(digest).toBe(digestOf('hello'));
    expect((await store.get(digest)).toString()).toBe('hello');
    expect(await store.has(digest)).toBe(true);
  });

  test('stores the same bytes once', async () => {
    const folder = await scratchFolder();
    const store = openFolderStore(folder);
    await Promise.all([store.put('same'), store.put('same'), store.put('same')]);
    expect(await readdir(join(folder, 'sha256'))).toEqual([hexOf(digestOf('same'))]);
    expect(await readdir(join(folder, 'incoming'))).toEqual([]);
  });

  test('refuses a blob that was changed on disk, when it is read and when it is streamed', async () => {
    const folder = await scratchFolder();
    const store = openFolderStore(folder);
    const digest = await store.put('original');
    const path = join(folder, 'sha256', hexOf(digest));
    await chmod(path, 0o600);
    await writeFile(path, 'origin4l');
    await expect(store.get(digest)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    await expect(store.open(digest)).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
  });

  test('says which blob is missing', async () => {
    const store = openFolderStore(await scratchFolder());
    await expect(store.get(digestOf('absent'))).rejects.toMatchObject({
      code: 'BLOB_MISSING',
      object: `blob ${digestOf('absent')}`,
    });
  });

  test('leaves nothing behind when the source fails halfway', async () => {
    const folder = await scratchFolder();
    const broken = Readable.from(
      (function* () {
        yield Buffer.from('half');
        throw new Error('the source broke');
      })(),
    );
    await expect(openFolderStore(folder).putStream(broken)).rejects.toThrow('the source broke');
    expect([...(await readdir(join(folder, 'sha256'))), ...(await readdir(join(folder, 'incoming')))]).toEqual([]);
  });

  test('refuses to read more into memory than the caller allows', async () => {
    const store = openFolderStore(await scratchFolder());
    const digest = await store.put('0123456789');
    await expect(store.get(digest, 9)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });
});
