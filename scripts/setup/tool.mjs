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
 * `name` and `version` name its place in the cache; `oldest` is the oldest version that is taken from PATH (of the same
 * major version; else `version`); `readVersion(output)` finds the version in what `versionArgs` print, and a tool
 * without `versionArgs` is not looked for on PATH; `routes` are the ways to get it, each a title and a function that
 * leaves the program in the folder it is given; `advice` says what a person can do when none of them works.
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
  if (!path) throw new Error('not there');
  const version = await versionOf(tool, path);
  if (!version) throw new Error(`${path} does not say its version`);
  const oldest = tool.oldest ?? tool.version;
  if (isNewEnough(version, oldest)) return { path, version };
  throw new Error(`${path} is ${version}; ${oldest} or a newer ${oldest.split('.')[0]}.x is needed`);
}

/**
 * Makes the tool with one route, and starts it once: a program that this machine cannot run never gets into the cache.
 */
async function make(tool, route, folder) {
  const how = await route(tool, folder);
  const program = join(folder, tool.name);
  await chmod(program, 0o755);
  if (!isExecutable(program)) throw new Error(`the result is not an executable file`);
  if (tool.versionArgs) {
    const version = await versionOf(tool, program);
    if (version !== tool.version)
      throw new Error(`the result says that it is ${version ?? 'of no version'}, not ${tool.version}`);
  }
  return how;
}

/**
 * Looks on PATH and in the cache, then tries each route.
 * @returns the path of the tool
 * @throws SetupError naming every route and why it failed
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
    throw new SetupError(`no way to get ${tool.name} ${tool.version} worked:\n${failures.join('\n')}\n${tool.advice}`);
  });
}
