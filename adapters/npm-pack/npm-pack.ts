import { join } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import type { ContentStore, StoredBlob } from '../content-store/content-store.js';
import { isPlainFile } from '../containment/plain-path.js';
import { npmJson, type RunNpm } from '../process/npm.js';

/** A packed npm package: the file that `npm publish` would upload. */
export interface PackedPackage extends StoredBlob {
  /** Its name in package.json. */
  readonly name: string;
  readonly version: string;
  readonly file: string;
  /** The subresource integrity that npm prints and lockfiles hold. */
  readonly integrity: string;
}

/** Packs the package in `folder` with `npm pack` and stores the file. @throws BUILD_FAILED */
export async function npmPack(
  folder: string,
  target: string,
  store: ContentStore,
  runNpm: RunNpm,
): Promise<PackedPackage> {
  const printed = npmJson(
    await runNpm(folder, ['pack', '--json', '--ignore-scripts', '--pack-destination', target]),
    'pack the SDK',
  );
  const first: unknown = Array.isArray(printed)
    ? printed[0]
    : Object.values(Object(printed) as Record<string, unknown>)[0];
  const { name, version, filename, integrity } = Object(first) as Record<string, unknown>;
  if (
    typeof name !== 'string' ||
    typeof version !== 'string' ||
    typeof filename !== 'string' ||
    typeof integrity !== 'string'
  ) {
    throw new LanekeeperError('BUILD_FAILED', { message: 'npm pack printed something unexpected', object: folder });
  }
  // A scoped package's file is named without its slash.
  const file = filename.replace(/^@/, '').replaceAll('/', '-');
  const path = join(target, file);
  if (!(await isPlainFile(path)))
    throw new LanekeeperError('BUILD_FAILED', { message: 'npm pack left something else than a file', object: file });
  return { name, version, file, integrity, ...(await store.putFile(path)) };
}
