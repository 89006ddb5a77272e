import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where tools are kept, by name and version, for every clone of this user. */
export const cacheDir =
  process.env.LANEKEEPER_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lanekeeper');

/**
 * Names where each tool was found, for the processes that start them. Written by set-up, read by the product and the
 * tests.
 */
export const toolsFile = join(root, 'dist', 'tools.json');

/** Platform and architecture as Go names them, which is how the official downloads are named. */
export const platform = process.platform;
export const goArch = { x64: 'amd64', arm64: 'arm64' }[process.arch] ?? process.arch;
