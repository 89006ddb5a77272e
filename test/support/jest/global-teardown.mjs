import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes what the files of a run have shared. */
export default async function globalTeardown() {
  const folder = process.env.LANEKEEPER_TEST_RUN;
  if (folder === undefined) return;
  const template = await realpath(join(folder, 'cluster')).catch(() => undefined);
  for (const each of [template, folder]) if (each !== undefined) await rm(each, { recursive: true, force: true });
}
