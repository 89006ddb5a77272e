import { LanekeeperError } from '../../core/errors.js';
import type { ProcessResult } from './run-process.js';

/** Runs a command line of npm in a folder, behind whatever fence its caller has put up. */
export type RunNpm = (folder: string, args: readonly string[]) => Promise<ProcessResult>;

/** Settings of npm for runs that nobody watches; all of them are npm's own variables. */
export function npmSettings(cacheFolder: string, userConfig: string | undefined): Record<string, string> {
  return {
    npm_config_cache: cacheFolder,
    npm_config_update_notifier: 'false',
    npm_config_fund: 'false',
    npm_config_audit: 'false',
    npm_config_progress: 'false',
    // The user's own file says which registry is used and holds its tokens; naming it keeps both out of the
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
    why: result.tail.trim().split('\n').slice(-12).join('\n') || `it ended with code ${String(result.exitCode)}`,
    next: `run the same by hand in the folder of the product, and correct what it says`,
  });
}
