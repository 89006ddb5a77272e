import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { sources } from '../folders.mjs';
import { root } from '../setup/paths.mjs';
import { run } from '../setup/run.mjs';

/** Where sources of other projects are: products to release. */
const foreign = ['examples/'];
/** Tests that the tests of a release run by themselves. */
const otherTests = ['test/image/'];

const isIn = (folders) => (file) => folders.some((folder) => file.startsWith(folder));

/**
 * Sources that no tool would look at: outside the folders of `scripts/folders.mjs`, behind a symbolic link, or tests
 * under a name that no group of tests has.
 */
export async function findMisplaced() {
  const { code, output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
  if (code !== 0) return [`git ls-files: ${output.trim()}`];
  const files = output.split('\n').filter((file) => /\.[cm]?[jt]sx?$/.test(file) && !isIn(foreign)(file));
  const problems = [];
  for (const file of files) {
    const entry = await lstat(join(root, file)).catch(() => undefined);
    if (entry === undefined) continue;
    if (file.includes('/') && !isIn(sources.map((folder) => `${folder}/`))(file))
      problems.push(`${file}: not in a folder that scripts/folders.mjs names`);
    if (!entry.isFile()) problems.push(`${file}: a symbolic link, which not every tool follows`);
    const isTest = /([./_-](test|spec)s?\.[cm]?[jt]sx?$)|__tests__\//i.test(file);
    if (isTest && !/^test\/.*\.test\.ts$/.test(file) && !isIn(otherTests)(file))
      problems.push(`${file}: no group of tests runs it; name it test/<folder>/<name>.test.ts`);
  }
  return problems;
}
