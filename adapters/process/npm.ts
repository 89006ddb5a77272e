import { LanekeeperError } from '../../core/errors.js';
import type { ProcessResult } from './run-process.js';

/** Runs an npm command in a folder, behind whatever fence its caller has set up. */
export type RunNpm = (folder: string, args: readonly string[]) => Promise<ProcessResult>;

/** npm settings for unattended runs; all of them are npm's own variables. */
export function npmSettings(cacheFolder: string, userConfig: string | undefined): Record<string, string> {
  return {
    npm_config_cache: cacheFolder,
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_progress: 'false',
    // The user's own file says which registry is used and holds its tokens; passing its path keeps both out of the
    // environment.
    ...(userConfig !== undefined && { npm_config_userconfig: userConfig }),
  };
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
