import { chmod, lchown, lstat, opendir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildUser } from './containment.js';

/**
 * Makes the build user the owner of a folder and everything in it. Links are given away themselves, never followed. No
 * command of a product may be running in the folder.
 */
export async function giveTo(user: BuildUser | undefined, path: string): Promise<void> {
  if (user === undefined) return;
  const found = await lstat(path);
  if (found.uid !== user.uid || found.gid !== user.gid) await lchown(path, user.uid, user.gid);
  if (!found.isDirectory()) return;
  for await (const entry of await opendir(path)) await giveTo(user, join(path, entry.name));
}

/** Removes a folder that commands of a product have filled, even if they have taken away the right to list or change it. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    await allowChanges(path);
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function allowChanges(path: string): Promise<void> {
  await chmod(path, 0o700);
  for await (const entry of await opendir(path)) if (entry.isDirectory()) await allowChanges(join(path, entry.name));
}
