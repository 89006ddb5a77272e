import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import type { Digest } from '../../core/digest.js';
import { LanekeeperError, messageOf } from '../../core/errors.js';
import { ExtractBudget, type ExtractLimits } from '../archive/extract-tar.js';
import { bytesOf } from '../content-store/bytes-of.js';
import type { ContentStore } from '../content-store/content-store.js';

/** What a packed npm package says about itself. */
export interface PackageDescription {
  readonly name: string;
  readonly version: string;
  /** The commit that it was packed from, npm's own `gitHead`; undefined if it names none. */
  readonly revision: string | undefined;
  /** Of the packed file, in bytes. */
  readonly size: number;
  /** All of its package.json. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

const limits: ExtractLimits = { maxEntries: 20_000, maxBytes: 256 * 1024 * 1024, maxLinks: 0 };
const maxManifestBytes = 1024 * 1024;
const manifestName = 'package/package.json';

/** A file as `npm pack` names it: in the folder `package`, with nothing that a reader could resolve in another way. */
const entryName = /^package(?:\/(?!\.{1,2}(?:\/|$))[^/\\\0]+)+$/;
const packageName = /^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/i;
const packageVersion = /^\d+\.\d+\.\d+(?:[+-][0-9A-Za-z.+-]+)?$/;

/** Whether a blob is compressed with gzip, as packages are and images, which are JSON, cannot be. */
export async function isGzip(store: ContentStore, digest: Digest): Promise<boolean> {
  const stream = await store.open(digest);
  try {
    for await (const chunk of bytesOf(stream)) return chunk[0] === 0x1f && chunk[1] === 0x8b;
    return false;
  } finally {
    stream.destroy();
  }
}

/**
 * Reads a packed package, hashed again: a gzip-compressed tar of plain files in the folder `package`, each once, one of
 * them package.json with a name and a version.
 * @throws EVIDENCE_INVALID, BLOB_MISSING, BLOB_CORRUPT
 */
export async function readPackage(store: ContentStore, digest: Digest): Promise<PackageDescription> {
  const source = await store.open(digest);
  let size = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytesOf(source)) {
      size += chunk.length;
      yield chunk;
    }
  }
  const archive = extract();
  // Errors reach the loop below, because the pipeline destroys the archive with them.
  pipeline(counted, createGunzip(), archive, () => undefined);
  const budget = new ExtractBudget(limits);
  const names = new Set<string>();
  let text: string | undefined;
  try {
    for await (const entry of archive) {
      budget.takeEntry();
      const { name, type } = entry.header;
      if (type !== 'file' && type !== 'contiguous-file') throw new Error(`${quoted(name)} is not a plain file`);
      if (!entryName.test(name) || names.has(name)) throw new Error(`it has no place for ${quoted(name)}`);
      names.add(name);
      const kept: Uint8Array[] = [];
      for await (const chunk of bytesOf(entry)) {
        budget.takeBytes(chunk.length);
        if (name === manifestName) kept.push(chunk);
        if (name === manifestName && entry.header.size > maxManifestBytes) throw new Error('package.json is too large');
      }
      if (name === manifestName) text = Buffer.concat(kept).toString('utf8');
    }
  } catch (error) {
    source.destroy();
    throw refused(digest, messageOf(error), error);
  }
  return { ...describe(digest, text), size };
}

function describe(digest: Digest, text: string | undefined): Omit<PackageDescription, 'size'> {
  if (text === undefined) throw refused(digest, 'it has no package.json');
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch (error) {
    throw refused(digest, 'its package.json is not JSON', error);
  }
  const { name, version, gitHead } = Object(manifest) as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || name.length > 214 || !packageName.test(name))
    throw refused(digest, 'its package.json has no valid name');
  if (typeof version !== 'string' || version.length > 100 || !packageVersion.test(version))
    throw refused(digest, 'its package.json has no valid version');
  const revision = typeof gitHead === 'string' ? gitHead : undefined;
  return { name, version, revision, manifest: manifest as Readonly<Record<string, unknown>> };
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}

function refused(digest: Digest, why: string, cause?: unknown): LanekeeperError {
  return new LanekeeperError(
    'EVIDENCE_INVALID',
    {
      message: 'this is not a package that npm has packed',
      object: `blob ${digest}`,
      why,
      next: 'release the commit; the release packs its SDKs with npm',
    },
    { cause },
  );
}
