import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const maxEntries = 100_000;

/** What some folders contained at one moment: path to size, mode, time of change and inode. */
export type Surroundings = ReadonlyMap<string, string>;

/**
 * Notes what folders contain, without reading the files. Where there is no containment, comparing two such notes shows
 * whether a command wrote to the places around it; the rest of the machine is not checked.
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
