import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { download, fetchText } from './download.mjs';
import { withLock } from './lock.mjs';
import { SetupError, say, withHeartbeat } from './log.mjs';
import { cacheDir, goArch, platform } from './paths.mjs';
import { findOnPath, isExecutable, run, tail } from './run.mjs';

/**
 * A command line tool that the stack needs, at one version.
 *
 * `name` and `version` name its place in the cache; `readVersion(output)` finds the version in what `versionArgs`
 * print; `release` says where the official build lies (undefined for a platform without one); `goPackage` builds it
 * from source.
 */

function fits(found, wanted) {
  const a = found.split('.').map(Number);
  const b = wanted.split('.').map(Number);
  if (a[0] !== b[0]) return false;
  return a[1] > b[1] || (a[1] === b[1] && a[2] >= b[2]);
}

async function fromPath(tool) {
  const path = findOnPath(tool.name);
  if (!path) throw new Error('not there');
  const { output } = await run(path, tool.versionArgs, { timeoutMs: 15_000 });
  const version = tool.readVersion(output);
  if (!version) throw new Error(`${path} does not say its version`);
  if (!fits(version, tool.version))
    throw new Error(`${path} is ${version}; ${tool.version} or a newer ${tool.version[0]}.x is needed`);
  return path;
}

async function fromRelease(tool, folder) {
  const release = tool.release?.(platform, goArch);
  if (!release) throw new Error(`no official build for ${platform} ${goArch}`);
  const expected = release.checksums ? checksumOf(await fetchText(release.checksums), release.file) : undefined;
  const file = join(folder, release.file);
  let progress = '';
  const actual = await withHeartbeat(
    `downloading ${release.file}`,
    () =>
      download(release.url, file, (done, total) => {
        progress = `${Math.round(done / 1e6)} of ${total ? Math.round(total / 1e6) : '?'} MB`;
      }),
    () => progress,
  );
  if (expected !== undefined && expected !== actual)
    throw new Error(`sha256 of ${release.file} is ${actual}, published is ${expected}`);
  if (release.member === undefined) {
    await rename(file, join(folder, tool.name));
  } else {
    const { code, output } = await run('tar', ['-xzf', file, '-C', folder]);
    if (code !== 0) throw new Error(`tar: ${output.trim()}`);
    if (release.member !== tool.name) await rename(join(folder, release.member), join(folder, tool.name));
    await rm(file);
  }
  return expected === undefined ? 'official download (no checksum is published)' : 'official download, sha256 verified';
}

function checksumOf(text, file) {
  const line = text.split('\n').find((entry) => entry.trim().endsWith(` ${file}`) || entry.trim().endsWith(`*${file}`));
  const sum = line?.trim().split(/\s+/)[0];
  if (!sum || !/^[0-9a-f]{64}$/.test(sum)) throw new Error(`the published checksums do not name ${file}`);
  return sum;
}

async function fromGo(tool, folder) {
  const go = findOnPath('go');
  if (!go) throw new Error('go is not on PATH');
  let packages = 0;
  const { code, output } = await withHeartbeat(
    `building ${tool.name} from source (some minutes, once)`,
    () =>
      run(go, ['install', '-v', `${tool.goPackage}@v${tool.version}`], {
        cwd: folder,
        env: { ...process.env, GOBIN: folder, CGO_ENABLED: '0' },
        onLine: () => {
          packages += 1;
        },
      }),
    () => `${packages} packages fetched or compiled`,
  );
  if (code !== 0) throw new Error(`go install failed\n${tail(output)}`);
  return `go install ${tool.goPackage}@v${tool.version}`;
}

/** Builds the tool in a folder of its own and moves it to its place in one rename, so that nobody sees a half of it. */
export async function intoCache(place, make) {
  await mkdir(dirname(place), { recursive: true });
  for (const name of await readdir(dirname(place))) {
    // Left by a run that was killed; the caller holds the lock, so nobody is writing there.
    if (name.startsWith(`${basename(place)}.part-`))
      await rm(join(dirname(place), name), { recursive: true, force: true });
  }
  const folder = await mkdtemp(`${place}.part-`);
  try {
    const how = await make(folder);
    await chmod(folder, 0o755);
    await rename(folder, place).catch(async (error) => {
      // A folder without the tool (an interrupted older run) stands in the way.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      await rm(place, { recursive: true, force: true });
      await rename(folder, place);
    });
    return how;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Tries each route in turn and returns the path of the tool.
 * @throws SetupError naming every route and why it failed
 */
export async function ensureTool(tool) {
  const place = join(cacheDir, `${tool.name}-${tool.version}`);
  const path = join(place, tool.name);
  const failures = [];
  const attempt = async (route, work) => {
    try {
      return await work();
    } catch (error) {
      failures.push(`  - ${route}: ${error.message}`);
      say(`  ${route}: ${error.message.split('\n')[0]}`);
      return undefined;
    }
  };

  if (tool.versionArgs) {
    const onPath = await attempt('on PATH', () => fromPath(tool));
    if (onPath) return found(tool, onPath, 'on PATH');
  }
  if (isExecutable(path)) return found(tool, path, 'from the cache');
  return withLock(join(cacheDir, 'locks', `${tool.name}-${tool.version}`), tool.name, async () => {
    if (isExecutable(path)) return found(tool, path, 'from the cache');
    for (const [route, make] of tool.routes ?? [
      ['official download', fromRelease],
      ['Go source', fromGo],
    ]) {
      say(`  trying: ${route}`);
      const how = await attempt(route, () =>
        intoCache(place, async (folder) => {
          const result = await make(tool, folder);
          await chmod(join(folder, tool.name), 0o755);
          if (!isExecutable(join(folder, tool.name))) throw new Error('the result is no executable file');
          return result;
        }),
      );
      if (how) return found(tool, path, how);
    }
    throw new SetupError(`no way to get ${tool.name} ${tool.version} worked:\n${failures.join('\n')}\n${tool.advice}`);
  });
}

function found(tool, path, how) {
  say(`  ${tool.name} ${tool.version}: ${how} (${path})`);
  return path;
}

export { fromRelease };
