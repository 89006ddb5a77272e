import { lstat, mkdir, readdir, readFile, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { describe, expect, test } from '@jest/globals';
import {
  ArchiveRefused,
  createLinks,
  type ExtractLimits,
  type PendingLink,
} from '../../adapters/archive/extract-tar.js';
import { listFiles } from '../../adapters/archive/list-files.js';
import { bytesOf } from '../../adapters/content-store/bytes-of.js';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import { buildImage } from '../../adapters/oci/build-image.js';
import { unpackImage } from '../../adapters/oci/unpack-image.js';
import { type Digest, hexOf } from '../../core/digest.js';
import { canonicalJson } from '../../core/hash.js';
import { storeIn } from '../support/blobs.js';
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

/** A folder next to one that it must not be possible to leave, with links to create in the latter. */
async function scene(): Promise<{ outside: string; root: string }> {
  const folder = await scratchFolder();
  const [outside, root] = [join(folder, 'outside'), join(folder, 'root')];
  for (const path of [outside, join(root, 'app/src')]) await mkdir(path, { recursive: true });
  return { outside, root };
}

describe('creating links', () => {
  const link = (name: string, target: string): PendingLink => ({ name, target });

  test.each<[string, PendingLink[]]>([
    ['below a link out of the folder', [link('a', '../outside'), link('a/b', 'x')]],
    ['below a link to the folder above', [link('a', '..'), link('a/outside/b', 'x')]],
    ['in new folders below a link', [link('a', '../outside'), link('a/new/deep/b', 'x')]],
    ['below an absolute link', [link('a', '/tmp'), link('a/b', 'x')]],
    ['below a chain of links', [link('a', '../outside'), link('b', 'a'), link('c', 'b'), link('c/d', 'x')]],
    ['below a link in a folder', [link('app/a', '../../outside'), link('app/a/b', 'x')]],
    ['below a dangling link', [link('a', '../outside/new'), link('a/b', 'x')]],
    ['below a link to a folder inside', [link('a', 'app'), link('a/b', 'x')]],
    ['in the place of a folder', [link('app', '../outside'), link('app/b', 'x')]],
    ['in the place of a link', [link('a', 'app'), link('a', '../outside')]],
    ['below itself', [link('a', 'a'), link('a/b', 'x')]],
  ])('refuses one %s and creates nothing outside', async (_what, links) => {
    for (const mustResolve of [true, false]) {
      const { outside, root } = await scene();
      await expect(createLinks(root, links, mustResolve)).rejects.toThrow(ArchiveRefused);
      expect(await readdir(outside)).toEqual([]);
      expect((await readdir(join(root, '..'))).sort()).toEqual(['outside', 'root']);
    }
  });

  test('refuses one below a folder that was replaced by a link in the meantime', async () => {
    const { outside, root } = await scene();
    await rename(join(root, 'app'), join(root, 'moved'));
    await symlink(outside, join(root, 'app'));
    await expect(createLinks(root, [link('app/src/b', 'x')], false)).rejects.toThrow(ArchiveRefused);
    expect(await readdir(outside)).toEqual([]);
  });

  test('makes the folders that are missing above one', async () => {
    const { root } = await scene();
    await createLinks(root, [link('app/new/deep/b', '../../src')], true);
    expect((await lstat(join(root, 'app/new/deep/b'))).isSymbolicLink()).toBe(true);
  });
});

describe('unpacking an image', () => {
  test('yields the application, its entry point and what it needs', async () => {
    const folder = await scratchFolder();
    const store = storeIn(folder);
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
    [
      'a link below another link',
      [
        { name: 'app/l', type: 'symlink', linkname: 'src' },
        { name: 'app/l/x', type: 'symlink', linkname: 'server.mjs' },
      ],
    ],
    ['a dangling link', [{ name: 'app/link', type: 'symlink', linkname: 'absent' }]],
    ['a file written through a link', [{ name: 'app/l', type: 'symlink', linkname: 'src' }, { name: 'app/l/x' }]],
    ['a hard link', [{ name: 'app/link', type: 'link', linkname: 'app/src/server.mjs' }]],
    ['a pipe', [{ name: 'app/pipe', type: 'fifo' }]],
    ['the same file twice', [{ name: 'app/src/server.mjs' }]],
  ])('refuses %s and leaves nothing behind', async (_what, entries) => {
    const folder = await scratchFolder();
    const store = storeIn(folder);
    const image = await withLayer(store, await sampleImage(store, join(folder, 'source')), entries);
    await expect(unpackImage(store, image, join(folder, 'lanes/out'))).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
    });
    expect(await readdir(join(folder, 'lanes'))).toEqual([]);
  });

  const enough = { maxEntries: 100, maxBytes: 1e6, maxLinks: 10 };

  test('refuses more entries, bytes or links than allowed', async () => {
    const folder = await scratchFolder();
    const store = storeIn(folder);
    const image = await sampleImage(store, join(folder, 'source'));
    for (const limit of [{ maxEntries: 1 }, { maxBytes: 5 }, { maxLinks: 0 }]) {
      await expect(unpackImage(store, image, join(folder, 'out'), { ...enough, ...limit })).rejects.toMatchObject({
        code: 'IMAGE_UNSUPPORTED',
      });
    }
  });

  test.each<[string, Partial<ExtractLimits>, string]>([
    ['entries', { maxEntries: 15 }, 'more than 15 entries'],
    ['bytes', { maxBytes: 300 }, 'larger than 300 bytes together'],
    ['links', { maxLinks: 4 }, 'more than 4 links'],
  ])('counts the %s of all layers together', async (_what, limit, why) => {
    const folder = await scratchFolder();
    const store = storeIn(folder);
    let image = await sampleImage(store, join(folder, 'source'));
    for (const name of ['a', 'b', 'c', 'd']) {
      image = await withLayer(store, image, [
        { name: `app/${name}`, content: 'x'.repeat(100) },
        { name: `app/${name}-link`, type: 'symlink', linkname: name },
      ]);
    }
    await unpackImage(store, image, join(folder, 'enough'), enough);
    await expect(unpackImage(store, image, join(folder, 'lanes/out'), { ...enough, ...limit })).rejects.toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      why: expect.stringContaining(why) as unknown,
    });
    expect(await readdir(join(folder, 'lanes'))).toEqual([]);
  });

  test('refuses a layer that was changed on disk before anything is unpacked', async () => {
    const folder = await scratchFolder();
    const store = storeIn(folder);
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
    const store = storeIn(await scratchFolder());
    const config = await store.put(canonicalJson({ config: { Entrypoint: ['/bin/sh'], Labels: {} } }));
    const layers = [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: config }];
    const image = await store.put(
      canonicalJson({ mediaType: 'application/vnd.oci.image.manifest.v1+json', config: { digest: config }, layers }),
    );
    await expect(unpackImage(store, image, '/nonexistent/out')).rejects.toMatchObject({ code: 'IMAGE_UNSUPPORTED' });
  });
});
