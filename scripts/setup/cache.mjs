import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Makes a tool in a temporary folder and renames it into place, so that nobody sees a partial one. */
export async function intoCache(place, make) {
  await mkdir(dirname(place), { recursive: true });
  for (const name of await readdir(dirname(place))) {
    // Left behind by a run that was killed. The caller holds the lock, so nobody is writing there.
    if (name.startsWith(`${basename(place)}.part-`))
      await rm(join(dirname(place), name), { recursive: true, force: true });
  }
  const folder = await mkdtemp(`${place}.part-`);
  try {
    const how = await make(folder);
    await chmod(folder, 0o755);
    await rename(folder, place).catch(async (error) => {
      // A folder without the tool, from an interrupted older run, is in the way.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      await rm(place, { recursive: true, force: true });
      await rename(folder, place);
    });
    return how;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
