import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { reference, referencePath } from '../docs/reference.mjs';
import { root } from '../setup/paths.mjs';

/** The reference of policies, unless it says what the schemas say. */
export async function findOldReference() {
  const written = await readFile(referencePath, 'utf8').catch(() => undefined);
  if (written === (await reference())) return [];
  return [`${relative(root, referencePath)} is not what core/schemas says`, 'next: npm run docs:reference'];
}
