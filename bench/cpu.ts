import { readdirSync, readFileSync } from 'node:fs';
import { execaSync } from 'execa';

interface ProcessTime {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

/**
 * CPU seconds, user and system, used by the process with this pid and its descendants, without those below `except`. On
 * Linux, children that have ended count for their parent; `ps` on macOS only knows running processes.
 */
export function cpuSecondsOf(root: number, except: readonly number[] = []): number {
  const all = process.platform === 'linux' ? linuxTimes() : portableTimes();
  const counted = new Set([root]);
  for (let before = -1; before !== counted.size;) {
    before = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent) && !except.includes(pid)) counted.add(pid);
  }
  return all.filter(({ pid }) => counted.has(pid)).reduce((sum, { seconds }) => sum + seconds, 0);
}

/** The resident memory of a process, in MB. */
export function residentMb(pid: number): number {
  return Number(execaSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout) / 1024;
}

let ticksPerSecond: number | undefined;

function linuxTimes(): readonly ProcessTime[] {
  ticksPerSecond ??= Number(execaSync('getconf', ['CLK_TCK']).stdout) || 100;
  const ticks = ticksPerSecond;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        // The name of the command can contain anything; the fields after its closing parenthesis are plain: utime,
        // stime, cutime, cstime.
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const used = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
        return [{ pid: Number(name), parent: Number(fields[1]), seconds: used / ticks }];
      } catch {
        return []; // It ended between the two reads; its time counts for its parent.
      }
    });
}

function portableTimes(): readonly ProcessTime[] {
  const lines = execaSync('ps', ['-axo', 'pid=,ppid=,time=']).stdout.trim().split('\n');
  return lines.flatMap((line) => {
    const [pid, parent, time] = line.trim().split(/\s+/);
    const seconds = (time ?? '')
      .split(':')
      .map(Number)
      .reduce((sum, part) => sum * 60 + part, 0);
    return Number.isFinite(seconds) ? [{ pid: Number(pid), parent: Number(parent), seconds }] : [];
  });
}
