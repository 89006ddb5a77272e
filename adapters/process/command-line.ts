import { readFileSync } from 'node:fs';
import { execaSync } from 'execa';

/** The command line of a running process, its parts separated by spaces; empty when it is gone or hidden. */
export function commandLineOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execaSync('ps', ['-o', 'args=', '-p', String(pid)], {
      env: { PATH: '/bin:/usr/bin' },
      extendEnv: false,
    }).stdout.trim();
  } catch {
    return '';
  }
}
