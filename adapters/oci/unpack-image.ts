import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Digest } from '../../core/digest.js';
import {
  ArchiveRefused,
  createLinks,
  ExtractBudget,
  type ExtractLimits,
  extractTar,
  type PendingLink,
} from '../archive/extract-tar.js';
import type { ContentStore } from '../content-store/content-store.js';
import { applicationFolder } from './convention.js';
import { readImage, unsupported } from './read-image.js';

/** An image in a folder, ready to be started with `node <entry>` in `workingDir`. */
export interface UnpackedImage {
  /** The absolute folder of the application. */
  readonly workingDir: string;
  /** What to start: `["node", entry]`, the entry relative to `workingDir`. */
  readonly entrypoint: readonly [command: 'node', entry: string];
  /** The lowest major version of Node that the application runs on. */
  readonly nodeMajor: number;
  /** The path that answers 200 once the application is ready. */
  readonly health: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Unpacks an image of our convention into `targetDir`, which appears by rename when it is complete; an existing folder
 * was unpacked before and is used as it is. Each blob is hashed again before it is unpacked. The limits hold for all
 * layers together.
 * @throws IMAGE_UNSUPPORTED for another convention, entries or links that leave the folder, or too much content;
 * BLOB_MISSING, BLOB_CORRUPT
 */
export async function unpackImage(
  store: ContentStore,
  manifestDigest: Digest,
  targetDir: string,
  limits?: ExtractLimits,
): Promise<UnpackedImage> {
  const image = await readImage(store, manifestDigest);
  if (!(await isFolder(targetDir))) await unpackAtomically(store, manifestDigest, image.layers, targetDir, limits);
  return {
    workingDir: join(targetDir, applicationFolder),
    entrypoint: ['node', image.entry],
    nodeMajor: image.nodeMajor,
    health: image.health,
    labels: image.labels,
  };
}

async function unpackAtomically(
  store: ContentStore,
  image: Digest,
  layers: readonly Digest[],
  targetDir: string,
  limits: ExtractLimits | undefined,
): Promise<void> {
  await mkdir(dirname(targetDir), { recursive: true });
  const temporary = await mkdtemp(join(dirname(targetDir), `.${basename(targetDir)}-`));
  try {
    const budget = new ExtractBudget(limits);
    const links: PendingLink[] = [];
    for (const layer of layers) links.push(...(await extractTar(await store.open(layer), temporary, budget)));
    await createLinks(temporary, links, true);
    await rename(temporary, targetDir).catch(async (error: unknown) => {
      // Another process unpacked the same image at the same time and finished first.
      if (!(await isFolder(targetDir))) throw error;
    });
  } catch (error) {
    throw error instanceof ArchiveRefused ? unsupported(image, error.message, error) : error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
