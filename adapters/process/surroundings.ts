import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const maxEntries = 100_000;

/** What lay in some folders at one moment: path to size, mode and times. */
export type Surroundings = ReadonlyMap<string, string>;

/**
 * Notes what lies in folders, without reading contents. Where no fence can be put up, comparing two notes tells whether
 * a command wrote into the places around it; it cannot tell about the rest of the machine.
 */
export async function noteSurroundings(
  folders: readonly string[],
  skip: (path: string) => boolean,
): Promise<Surroundings> {
  const seen = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    if (skip(path) || seen.size >= maxEntries) return;
    const found = await lstat(path).catch(() => undefined);
    if (found === undefined) return;
    seen.set(path, found.isDirectory() ? 'folder' : [found.size, found.mode, found.mtimeMs, found.ino].join(' '));
    if (!found.isDirectory()) return;
    for (const name of await readdir(path).catch(() => [])) await visit(join(path, name));
  };
  for (const folder of folders) await visit(folder);
  return seen;
}

/** The first path that differs, if any. */
export function firstChange(before: Surroundings, after: Surroundings): string | undefined {
  for (const [path, note] of after) if (before.get(path) !== note) return path;
  for (const path of before.keys()) if (!after.has(path)) return path;
  return undefined;
}
