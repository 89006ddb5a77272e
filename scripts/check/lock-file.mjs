import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../setup/paths.mjs';

/** Registry addresses in the lock file, which must install from whichever registry the user has configured. */
export async function findRegistryHosts() {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([, entry]) => typeof entry.resolved === 'string' && /^[a-z+]+:\/\//.test(entry.resolved))
    .map(([path, entry]) => `package-lock.json: ${path || 'the root'} is bound to ${entry.resolved}`);
}
