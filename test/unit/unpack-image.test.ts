import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { describe, expect, test } from '@jest/globals';
import { listFiles } from '../../adapters/archive/list-files.js';
import { bytesOf } from '../../adapters/content-store/bytes-of.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { openFolderStore } from '../../adapters/content-store/folder-store.js';
import { buildImage } from '../../adapters/oci/build-image.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { canonicalJson } from '../../core/hash.js';
import { scratchFolder } from '../support/scratch.js';

const revision = '0123456789012345678901234567890123456789';

/** An image of one service, built from files in a scratch folder. */
async function sampleImage(store: ContentStore, folder: string): Promise<Digest> {
  await mkdir(join(folder, 'src'), { recursive: true });
  await mkdir(join(folder, 'node_modules/.bin'), { recursive: true });
  await writeFile(join(folder, 'src/server.mjs'), 'export {};');
  await writeFile(join(folder, 'node_modules/tool.js'), '#!/usr/bin/env node', { mode: 0o755 });
  await symlink('../tool.js', join(folder, 'node_modules/.bin/tool'));
  const files = await listFiles(folder, () => false);
  const isDependency = (name: string): boolean => name.startsWith('node_modules/');
  const image = await buildImage(store, {
    title: 'web',
    revision,
    entry: 'src/server.mjs',
    nodeMajor: 20,
    health: '/healthz',
    dependencies: files.filter((file) => isDependency(file.name)),
    application: files.filter((file) => !isDependency(file.name)),
  });
  return image.digest;
}

type Entry = {
  name: string;
  type?: 'file' | 'symlink' | 'link' | 'fifo' | 'directory';
  linkname?: string;
  content?: string;
};

/** The sample image with a further layer on top. */
async function withLayer(store: ContentStore, image: Digest, entries: Entry[]): Promise<Digest> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry({ type: 'file', ...header }, content);
  archive.finalize();
  const layer = await store.putStream(bytesOf(archive));
  const manifest = JSON.parse((await store.get(image)).toString()) as { layers: unknown[] };
  return store.put(
    canonicalJson({
      ...manifest,
      layers: [...manifest.layers, { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
    }),
  );
}

describe('unpacking an image', () => {
  test('yields the application, its entry point and what it needs', async () => {
    const folder = await scratchFolder();
    const store = openFolderStore(join(folder, 'blobs'));
    const unpacked = await unpackImage(store, await sampleImage(store, join(folder, 'source')), join(folder, 'out'));
    expect(unpacked).toMatchObject({
      workingDir: join(folder, 'out/app'),
      entrypoint: ['node', 'src/server.mjs'],
      nodeMajor: 20,
      health: '/healthz',
    });
    expect(await readFile(join(folder, 'out/app/node_modules/.bin/tool'), 'utf8')).toContain('node');
    expect((await stat(join(folder, 'out/app/node_modules/tool.js'))).mode & 0o777).toBe(0o755);
  });

  test.each<[string, Entry[]]>([
    ['an entry outside the folder', [{ name: '../escaped' }]],
    ['an absolute entry', [{ name: '/tmp/escaped' }]],
    ['a link out of the folder', [{ name: 'app/link', type: 'symlink', linkname: '../../etc/passwd' }]],
    ['an absolute link', [{ name: 'app/link', type: 'symlink', linkname: '/etc/passwd' }]],
    [
      'a link that leaves through another link',
      [
        { name: 'a/l', type: 'symlink', linkname: '..' },
        { name: 'b', type: 'symlink', linkname: 'a/l/../../etc' },
      ],
    ],
    ['a dangling link', [{ name: 'app/link', type: 'symlink', linkname: 'absent' }]],
    ['a file written through a link', [{ name: 'app/l', type: 'symlink', linkname: 'src' }, { name: 'app/l/x' }]],
    ['a hard link', [{ name: 'app/link', type: 'link', linkname: 'app/src/server.mjs' }]],
    ['a pipe', [{ name: 'app/pipe', type: 'fifo' }]],
    ['the same file twice', [{ name: 'app/src/server.mjs' }]],
  ])('refuses %s and leaves nothing behind', async (_what, entries) => {
    const folder = await scratchFolder();
    const store = openFolderStore(join(folder, 'blobs'));
    const image = await withLayer(store, await sampleImage(store, join(folder, 'source')), entries);
    await expect(unpackImage(store, image, join(folder, 'lanes/out'))).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
    });
    expect(await readdir(join(folder, 'lanes'))).toEqual([]);
  });

  test('refuses more entries or bytes than allowed', async () => {
    const folder = await scratchFolder();
    const store = openFolderStore(join(folder, 'blobs'));
    const image = await sampleImage(store, join(folder, 'source'));
    for (const limits of [
      { maxEntries: 1, maxBytes: 1e6 },
      { maxEntries: 100, maxBytes: 5 },
    ]) {
      await expect(unpackImage(store, image, join(folder, 'out'), limits)).rejects.toMatchObject({
        code: 'IMAGE_UNSUPPORTED',
      });
    }
  });

  test('refuses a layer that was changed on disk before anything is unpacked', async () => {
    const folder = await scratchFolder();
    const store = openFolderStore(join(folder, 'blobs'));
    const image = await sampleImage(store, join(folder, 'source'));
    const { layers } = JSON.parse((await store.get(image)).toString()) as { layers: { digest: Digest }[] };
    const path = join(folder, 'blobs/sha256', hexOf(layers[0]!.digest));
    const bytes = await readFile(path);
    bytes.writeUInt8(bytes.readUInt8(600) ^ 1, 600);
    await writeFile(path, bytes);
    await expect(unpackImage(store, image, join(folder, 'lanes/out'))).rejects.toMatchObject({ code: 'BLOB_CORRUPT' });
    expect(await readdir(join(folder, 'lanes'))).toEqual([]);
  });

  test('refuses an image that follows another convention', async () => {
    const store = openFolderStore(await scratchFolder());
    const config = await store.put(canonicalJson({ config: { Entrypoint: ['/bin/sh'], Labels: {} } }));
    const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: config }];
    const image = await store.put(
      canonicalJson({ mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { digest: config }, layers }),
    );
    await expect(unpackImage(store, image, '/nonexistent/out')).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' });
  });
});
