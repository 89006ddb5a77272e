import { lstat, realpath } from 'node:fs/promises';

/**
 * Whether a path leads to what it says, without any link on the way. Commands of a product can put links where the
 * worker looks for results; read by the worker, they would show what the commands themselves cannot reach. To be asked
 * when no command is running any more.
 */
export async function isPlainPath(path: string): Promise<boolean> {
  return (await realpath(path).catch(() => undefined)) === path;
}

/** Whether a path is a regular file, without any link on the way. */
export async function isPlainFile(path: string): Promise<boolean> {
  return (await isPlainPath(path)) && (await lstat(path)).isFile();
}
