import { readFile, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { generated, ignored } from '../folders.mjs';
import { root } from '../setup/paths.mjs';

const limit = 300;

async function* sources(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !ignored.includes(entry.name) && entry.name !== basename(generated))
      yield* sources(join(folder, entry.name));
    else if (entry.isFile() && /\.(tsx?|mts|mjs|js|css|sql|proto|sh)$/.test(entry.name)) yield join(folder, entry.name);
  }
}

/**
 * Source files longer than 300 lines. Migrations, which are append-only, and contracts, which have one file per package,
 * are exempt.
 */
export async function findLongFiles() {
  const problems = [];
  for await (const file of sources(root)) {
    if (/\.(sql|proto)$/.test(file)) continue;
    const lines = (await readFile(file, 'utf8')).split('\n').length - 1;
    if (lines > limit) problems.push(`${relative(root, file)}: ${lines} lines, the limit is ${limit}`);
  }
  return problems;
}
