import { cp, mkdir, realpath, rm, rmdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { dataFolder } from './data-folder.js';
import { until } from './until.js';

/** What of a data folder makes a cluster: the data of the server, and the passwords of those that connect to it. */
const server = 'postgres';
const passwords = 'postgres-passwords.json';

/**
 * Fills a data folder with the migrated cluster that the first of this run has made: initdb and the migrations take
 * longer than a copy, and more than a hundred files need one. Runs without a folder for it make their own.
 *
 * @param make makes the cluster in a data folder, and leaves the server stopped
 */
export async function fillFromTemplate(dataDir: string, make: (dataDir: string) => Promise<void>): Promise<void> {
  const runFolder = process.env['LANEKEEPER_TEST_RUN'];
  if (runFolder === undefined) return make(dataDir);
  const template = await templateIn(runFolder, make);
  await mkdir(join(dataDir, server), { mode: 0o700 });
  // With owners and modes, without which the server refuses its folder.
  await execa('cp', ['-a', `${join(template, server)}/.`, join(dataDir, server)]);
  await cp(join(template, passwords), join(dataDir, passwords));
}

/** The template of this run, which one process makes while others that need it wait. */
async function templateIn(runFolder: string, make: (dataDir: string) => Promise<void>): Promise<string> {
  const link = join(runFolder, 'cluster');
  const lock = join(runFolder, 'making-cluster');
  let found: string | undefined;
  await until(async () => {
    found = await realpath(link).catch(() => undefined);
    if (found !== undefined) return true;
    const isOurs = await mkdir(lock).then(
      () => true,
      () => false,
    );
    if (!isOurs) return false;
    const folder = await dataFolder();
    try {
      await make(folder);
      await symlink(folder, link);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      await rmdir(lock);
      throw error;
    }
    return false;
  }, 'the cluster that is copied');
  return found ?? '';
}
