import { copyFile, chmod } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LanekeeperError } from '../../core/errors.js';
import type { ProcessResult } from './run-process.js';

/** Runs an npm command in a folder, in whatever containment its caller has set up. */
export type RunNpm = (folder: string, args: readonly string[]) => Promise<ProcessResult>;

/** npm settings for unattended runs; all of them are npm's own variables. */
export function npmSettings(cacheFolder: string): Record<string, string> {
  return {
    npm_config_cache: cacheFolder,
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_progress: 'false',
  };
}

/**
 * Copies npm's configuration files into the home of a build. They say which registry is used and hold its tokens; so
 * the tokens stay out of the environment, and the home of the user out of reach.
 * @returns the variables that name the copies
 */
export async function copyNpmConfiguration(
  home: string,
  userConfig: string | undefined,
  globalConfig: string | undefined,
): Promise<Record<string, string>> {
  const files = { npm_config_userconfig: userConfig, npm_config_globalconfig: globalConfig };
  const copies: Record<string, string> = {};
  for (const [variable, file] of Object.entries(files)) {
    if (file === undefined || !existsSync(file)) continue;
    const copy = join(home, variable === 'npm_config_userconfig' ? '.npmrc' : '.npmrc-global');
    await copyFile(file, copy);
    await chmod(copy, 0o600);
    copies[variable] = copy;
  }
  return copies;
}

/** The JSON that a run of npm printed. @throws BUILD_FAILED when it failed or printed something else */
export function npmJson(result: ProcessResult, what: string): unknown {
  if (result.exitCode === 0) {
    try {
      return JSON.parse(result.stdout.toString('utf8')) as unknown;
    } catch {
      // Falls through: what was printed is in the message below.
    }
  }
  throw new LanekeeperError('BUILD_FAILED', {
    message: `npm cannot ${what}`,
    why: result.tail.trim().split('\n').slice(-12).join('\n') || `it ended with exit code ${String(result.exitCode)}`,
    next: `run the same command by hand in the folder of the product, and fix what it reports`,
  });
}
