import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetupError, say, withHeartbeat } from './log.mjs';
import { root } from './paths.mjs';
import { findOnPath, run, tail } from './run.mjs';

const modules = join(root, 'node_modules');
const stamp = join(modules, '.lanekeeper-setup');

async function wantedStamp() {
  const lock = await readFile(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform} ${process.arch}\n`;
}

/** Whether npm's own record of installed packages has every package of the lock file, at the same version. */
async function matchesInstalled() {
  try {
    const wanted = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')).packages;
    const installed = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(([path, entry]) => {
      if (path === '' || entry.link) return true;
      const there = installed[path];
      // Packages for other platforms are not installed; the PostgreSQL check reports the one that must be.
      if (there === undefined) return entry.optional === true || entry.devOptional === true || entry.peer === true;
      return there.version === entry.version && existsSync(join(root, path, 'package.json'));
    });
  } catch {
    return false;
  }
}

/** The command for npm: the npm that runs this script, else the one on PATH. */
function findNpm() {
  const outer = process.env.npm_execpath;
  if (outer && existsSync(outer)) return [process.execPath, outer];
  const path = findOnPath('npm');
  return path && [path];
}

/** Installs the npm packages of the lock file, unless they are already installed. */
export async function ensureDependencies() {
  const wanted = await wantedStamp();
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return say('packages are already installed');
  if (await matchesInstalled()) {
    await writeFile(stamp, wanted);
    return say('packages are already installed, as in package-lock.json');
  }
  const npm = findNpm();
  if (npm === undefined) throw new SetupError('npm is not on PATH; install Node.js with npm 10 or newer');
  // The second route is for registries that lack packages for other platforms, which makes `npm ci` fail.
  const failures = [];
  for (const route of [['ci'], ['install', '--no-save']]) {
    const name = `npm ${route.join(' ')}`;
    say(`trying: ${name}`);
    let last = '';
    const { code, output } = await withHeartbeat(
      'installing npm packages',
      () =>
        run(npm[0], [...npm.slice(1), ...route, '--no-audit', '--no-fund'], {
          cwd: root,
          env: childEnvironment(),
          onLine: (line) => {
            last = line;
          },
        }),
      () => last.slice(0, 80),
    );
    if (code === 0) break;
    failures.push(`${name}:\n${tail(output, 25)}`);
    say(`${name}: failed`);
  }
  if (failures.length === 2) throw new SetupError(`the npm packages could not be installed\n${failures.join('\n')}`);
  await writeFile(stamp, wanted);
  say('packages installed');
}

/**
 * The environment without the variables of an outer `npm run --silent`: they would make the inner npm silent and point
 * it to the wrong folder.
 */
function childEnvironment() {
  // NODE_ENV=production, where it is set, would leave out the build tools.
  const hidden = /^npm_(lifecycle|package|config_(loglevel|silent|local_prefix))/;
  const entries = Object.entries(process.env).filter(([name]) => !hidden.test(name));
  return { ...Object.fromEntries(entries), NODE_ENV: 'development' };
}
