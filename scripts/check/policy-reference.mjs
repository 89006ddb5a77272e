import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { references } from '../docs/reference.mjs';
import { root } from '../setup/paths.mjs';

/** The references of policies, transformations and windows, unless they say what the schemas say. */
export async function findOldReference() {
  const problems = [];
  for (const { path, text } of await references())
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== text)
      problems.push(`${relative(root, path)} is not what core/schemas says`);
  return problems.length === 0 ? [] : [...problems, 'next: npm run docs:reference'];
}
