import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { ContentStore } from '../../adapters/content-store/content-store.js';
import type { Digest } from '../../core/digest.js';

/** An entry of a packed package. */
export interface PackageEntry {
  readonly name: string;
  readonly type?: 'file' | 'symlink' | 'link' | 'directory';
  readonly linkname?: string;
  readonly content?: string;
}

/** A gzip-compressed tar of the given entries, in the content store. */
export async function packageOf(store: ContentStore, entries: readonly PackageEntry[]): Promise<Digest> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry({ type: 'file', ...header }, content);
  archive.finalize();
  return store.put(gzipSync(await buffer(archive)));
}

/** The package.json of a package that was packed from a revision. */
export function packageJson(revision: string | undefined, change: object = {}): PackageEntry {
  const manifest = { name: '@shop/client', version: '1.0.0', gitHead: revision, ...change };
  return { name: 'package/package.json', content: JSON.stringify(manifest) };
}
