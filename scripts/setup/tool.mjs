import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { intoCache } from './cache.mjs';
import { withLock } from './lock.mjs';
import { SetupError, say } from './log.mjs';
import { cacheDir } from './paths.mjs';
import { findOnPath, isExecutable, run } from './run.mjs';

/**
 * A command line tool that the stack needs, at one version.
 *
 * `name` and `version` determine its path in the cache. `oldest` is the oldest version that is accepted from PATH, within
 * the same major version; the default is `version`. `readVersion(output)` extracts the version from the output of
 * `versionArgs`; a tool without `versionArgs` is not looked up on PATH. `routes` are the ways to get the tool, each a
 * title and a function that puts the program into the given folder. `advice` says what a person can do when every route
 * fails.
 */

function isNewEnough(found, wanted) {
  const [a, b] = [found, wanted].map((version) => version.split('.').map(Number));
  if (a[0] !== b[0]) return false;
  return a[1] > b[1] || (a[1] === b[1] && a[2] >= b[2]);
}

async function versionOf(tool, path) {
  const { output } = await run(path, tool.versionArgs, { timeoutMs: 15_000 });
  return tool.readVersion(output);
}

async function fromPath(tool) {
  const path = findOnPath(tool.name);
  if (!path) throw new Error('not found');
  const version = await versionOf(tool, path);
  if (!version) throw new Error(`${path} does not report its version`);
  const oldest = tool.oldest ?? tool.version;
  if (isNewEnough(version, oldest)) return { path, version };
  throw new Error(`${path} is ${version}; ${oldest} or a newer ${oldest.split('.')[0]}.x is needed`);
}

/**
 * Gets the tool by one route and starts it once, so that a program this machine cannot run never enters the cache.
 */
async function make(tool, route, folder) {
  const how = await route(tool, folder);
  const program = join(folder, tool.name);
  await chmod(program, 0o755);
  if (!isExecutable(program)) throw new Error('the result is not an executable file');
  if (tool.versionArgs) {
    const version = await versionOf(tool, program);
    if (version !== tool.version)
      throw new Error(`the program reports ${version ?? 'no version'}, expected ${tool.version}`);
  }
  return how;
}

/**
 * Looks on PATH and in the cache, then tries each route.
 * @returns the path of the tool
 * @throws SetupError that names every route and why it failed
 */
export async function ensureTool(tool) {
  const place = join(cacheDir, `${tool.name}-${tool.version}`);
  const cached = join(place, tool.name);
  const failures = [];
  const attempt = async (route, work) => {
    try {
      return await work();
    } catch (error) {
      failures.push(`  - ${route}: ${error.message}`);
      say(`${route}: ${error.message.split('\n')[0]}`);
      return undefined;
    }
  };
  const found = (path, version, how) => {
    say(`${version}, ${how} (${path})`);
    return path;
  };

  if (tool.versionArgs) {
    const onPath = await attempt('on PATH', () => fromPath(tool));
    if (onPath) return found(onPath.path, onPath.version, 'on PATH');
  }
  if (isExecutable(cached)) return found(cached, tool.version, 'from the cache');
  return withLock(join(cacheDir, 'locks', `${tool.name}-${tool.version}`), tool.name, async () => {
    if (isExecutable(cached)) return found(cached, tool.version, 'from the cache');
    for (const [title, route] of tool.routes) {
      say(`trying: ${title}`);
      const how = await attempt(title, () => intoCache(place, (folder) => make(tool, route, folder)));
      if (how) return found(cached, tool.version, how);
    }
    throw new SetupError(
      `every route to get ${tool.name} ${tool.version} failed:\n${failures.join('\n')}\n${tool.advice}`,
    );
  });
}
