import { spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Opens an address in the browser of this machine, by a file that only its user can read: everybody can see the arguments
 * of a process.
 *
 * @param folder where the file is until the browser has been there
 * @returns how to take the file away; undefined when there is no browser to open it with
 */
export async function openInBrowser(url: string, folder: string): Promise<(() => Promise<void>) | undefined> {
  const file = join(folder, `sign-in-${String(process.pid)}.html`);
  const remove = () => rm(file, { force: true });
  await writeFile(file, `<!doctype html><meta http-equiv="refresh" content="0;url=${url}">\n`, { mode: 0o600 });
  if (await start(pathToFileURL(file).href)) return remove;
  await remove();
  return undefined;
}

async function start(url: string): Promise<boolean> {
  const [command, ...args] = openers[process.platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

const openers: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
