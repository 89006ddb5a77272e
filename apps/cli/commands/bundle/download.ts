import { mkdir, readdir } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { shortId } from '../../../../core/ids.js';
import { downloadBundle } from '../../bundle-folder/download.js';
import type { Context } from '../../program/context.js';
import { usageError } from '../../errors/report-error.js';
import { counted } from '../../output/counted.js';

/** Downloads a bundle into a folder that is empty or does not exist yet. */
export async function download(context: Context, given: string, out: string | undefined): Promise<undefined> {
  const api = await context.api();
  const { bundle } = await api.bundles.getBundle({ bundle: given });
  const folder = resolve(context.cwd, out ?? `bundle-${shortId(bundle?.digest ?? given)}`);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0)
    throw usageError(`${folder} is not empty`, 'choose another folder with --out FOLDER');
  const { digest, files, bytes } = await downloadBundle(api, bundle?.digest ?? given, folder);
  const shown = relative(context.cwd, folder) || '.';
  await context.show.object('DownloadedBundle', { digest, folder, files, bytes }, () => folder);
  context.terminal.note(`${counted(files, 'file')}, ${(bytes / 1e6).toFixed(1)} MB`);
  context.terminal.note(`next: lane bundle verify ${shown}`);
  return undefined;
}
