import { setTimeout as delay } from 'node:timers/promises';
import { type ProcessIdentity, isRunning } from './identity.js';

/** One signal, and how long to wait for it to work before sending the next. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
}

/** Suits most programs: SIGTERM first, then SIGKILL. */
export const gracefulStop: readonly StopStep[] = [
  { signal: 'SIGTERM', graceMs: 10_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
];

/** Sends a signal to the process group that `pid` leads, or to the process alone where it leads none. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended in the meantime.
    }
  }
}

/**
 * Stops a process and its group and waits until it is gone. The last step is followed by a SIGKILL to the group,
 * because helpers of a process may outlive it. A pid that now belongs to another process is left alone.
 * @returns whether it is gone
 */
export async function stopProcess(
  identity: ProcessIdentity,
  steps: readonly StopStep[] = gracefulStop,
): Promise<boolean> {
  for (const { signal, graceMs } of steps) {
    if (!isRunning(identity)) break;
    signalGroup(identity.pid, signal);
    const deadline = Date.now() + graceMs;
    while (isRunning(identity) && Date.now() < deadline) await delay(20);
  }
  const gone = !isRunning(identity);
  if (gone) killRestOfGroup(identity.pid);
  return gone;
}

/** Kills what is left of a group whose leader is gone. While members are alive, the group id cannot be reused. */
function killRestOfGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is empty.
  }
}
