import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { digestOf } from '../../../core/hash.js';

/** A file of the page, as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly bytes: Buffer;
  /** The same, compressed; absent where that is no gain. */
  readonly gzip?: Buffer;
  /** Whether its name changes with its content. */
  readonly isNamedByContent: boolean;
}

/** The document, which every address gets that is no file. */
export const documentPath = '/index.html';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** The folder with the files that are named by their content. */
export const assets = '/assets/';

/**
 * Reads the built page into memory: a few megabytes. Whatever becomes of the folder later, and whatever clients do, no file
 * has to be opened for them.
 *
 * @returns the files by their paths, which begin with a slash
 */
export function readPageFiles(folder: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const name of names.filter((each) => !each.endsWith('.gz'))) {
    const path = `/${relative(folder, name).split(sep).join('/')}`;
    // What tools of the build have left for each other.
    if (path.includes('/.')) continue;
    const bytes = readFileSync(name);
    const compressed = names.includes(`${name}.gz`) ? readFileSync(`${name}.gz`) : undefined;
    files.set(path, {
      type: types[extname(name)] ?? 'application/octet-stream',
      etag: `"${digestOf(bytes).slice(7, 39)}"`,
      bytes,
      ...(compressed !== undefined && { gzip: compressed }),
      isNamedByContent: path.startsWith(assets),
    });
  }
  return files;
}
