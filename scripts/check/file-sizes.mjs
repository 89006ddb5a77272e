import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { root } from '../setup/paths.mjs';
import { filesIn } from './files.mjs';

const limit = 300;

/** Source files longer than 300 lines. Migrations are append-only, contracts one file a package: they are not counted. */
export async function findLongFiles() {
  const problems = [];
  for await (const file of filesIn(root, /\.(ts|mts|mjs|js|sh)$/)) {
    const lines = (await readFile(file, 'utf8')).split('\n').length - 1;
    if (lines > limit) problems.push(`${relative(root, file)}: ${lines} lines, at most ${limit} are allowed`);
  }
  return problems;
}
