import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { generated, ignored } from '../folders.mjs';

/** The files written by hand below a folder whose name matches, at any depth. */
export async function* filesIn(folder, name) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && !ignored.includes(entry.name) && entry.name !== basename(generated)) {
      yield* filesIn(join(folder, entry.name), name);
    } else if (entry.isFile() && name.test(entry.name)) {
      yield join(folder, entry.name);
    }
  }
}
