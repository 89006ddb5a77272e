import { readFile, readlink } from 'node:fs/promises';
import { type Pack, pack } from 'tar-stream';
import { bytesOf } from '../content-store/bytes-of.js';
import type { ContentStore, StoredBlob } from '../content-store/content-store.js';
import type { ListedFile } from './list-files.js';

/** An entry of an archive: a listed file under its name in the archive. */
export interface ArchiveEntry extends ListedFile {
  readonly name: string;
}

/** The time of every entry: an archive must not change with the clock. */
const epoch = new Date(0);

/**
 * Packs entries into an uncompressed tar that depends on names, kinds, executable bits and contents alone: sorted, no
 * times, no owners, modes 0644 and 0755. Uncompressed, because the output of a compressor differs between its versions.
 * @returns the digest and size of the tar, which is in the content store
 */
export async function packTar(store: ContentStore, entries: readonly ArchiveEntry[]): Promise<StoredBlob> {
  const archive = pack();
  const feeding = feed(archive, entries).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  const stored = await store.putStream(bytesOf(archive));
  await feeding;
  return stored;
}

/** The folders above the given names, each once: `app`, `app/src` for `app/src/server.js`. */
export function parentFolders(names: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const name of names) {
    const parts = name.split('/');
    for (let count = 1; count < parts.length; count += 1) folders.add(parts.slice(0, count).join('/'));
  }
  return [...folders];
}

async function feed(archive: Pack, entries: readonly ArchiveEntry[]): Promise<void> {
  const folders = parentFolders(entries.map((entry) => entry.name)).map((name) => ({ name, entry: undefined }));
  const all = [...folders, ...entries.map((entry) => ({ name: entry.name, entry }))].sort((a, b) =>
    Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
  );
  const common = { uid: 0, gid: 0, uname: '', gname: '', mtime: epoch };
  for (const { name, entry } of all) {
    if (entry === undefined) await add(archive, { ...common, name: `${name}/`, type: 'directory', mode: 0o755 });
    else if (entry.kind === 'link')
      await add(archive, { ...common, name, type: 'symlink', mode: 0o777, linkname: await readlink(entry.path) });
    else
      await add(
        archive,
        { ...common, name, type: 'file', mode: entry.executable ? 0o755 : 0o644 },
        await readFile(entry.path),
      );
  }
  archive.finalize();
}

async function add(archive: Pack, header: Parameters<Pack['entry']>[0], content?: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    archive.entry(header, content ?? Buffer.alloc(0), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}
