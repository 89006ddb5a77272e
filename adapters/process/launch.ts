import { closeSync } from 'node:fs';
import { execa } from 'execa';
import { identify, type ProcessIdentity } from './identity.js';
import { openLog } from './log-file.js';

/** How to start a program that keeps running on its own. */
export interface LaunchPlan {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the program; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Both of its output streams are appended to this file. */
  readonly logFile: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Called with each message that the program sends over its IPC channel; without it there is no channel. */
  readonly onMessage?: (message: unknown) => void;
}

/**
 * Starts a program in a process group of its own, which outlives this process.
 *
 * @param onEnd called once with how it ended, even when it could not be started
 * @returns undefined when it could not be started
 */
export function launch(plan: LaunchPlan, onEnd: (how: string) => void): ProcessIdentity | undefined {
  // The types of execa end at descriptor 9, but it accepts any.
  const log = openLog(plan.logFile) as 9;
  try {
    const child = execa(plan.command, plan.args, {
      ...{ cwd: plan.cwd, env: plan.env, extendEnv: false, ...plan.user },
      ...{ detached: true, cleanup: false, reject: false, buffer: false },
      ...{ stdin: 'ignore', stdout: log, stderr: log, ipc: plan.onMessage !== undefined, serialization: 'json' },
    });
    if (plan.onMessage !== undefined) child.on('message', plan.onMessage);
    let told = false;
    const tell = (how: string): void => {
      if (!told) onEnd(how);
      told = true;
    };
    // The end of the process itself: execa also waits for the channel, which a program started by this one may hold.
    child.once('exit', (code, signal) => tell(signal ?? `exit code ${String(code)}`));
    void child.then(({ originalMessage }) => tell(originalMessage ?? 'it could not be started'));
    return child.pid === undefined ? undefined : identify(child.pid);
  } finally {
    closeSync(log);
  }
}
