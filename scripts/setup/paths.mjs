import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where tools are cached, by name and version, for all clones of this user. */
export const cacheDir =
  process.env.LANEKEEPER_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanekeeper');

/** The lock that whoever installs or builds in this clone holds. */
export const cloneLock = join(
  cacheDir,
  'locks',
  `clone-${createHash('sha256').update(root).digest('hex').slice(0, 16)}`,
);

/**
 * Records where each tool was found, for the processes that start it. Written by set-up, read by the product and the
 * tests.
 */
export const toolsFile = join(root, 'dist', 'tools.json');

/** Platform and architecture by their Go names, which the official downloads use. */
export const platform = process.platform;
export const goArch = { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch;
