import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const maxLogBytes = 10 * 1024 * 1024;
const maxTailBytes = 64 * 1024;

/**
 * Opens the log of a program for appending, readable to its owner alone. A log above 10 MiB is set aside as `.1` first.
 * @returns the file descriptor, to be closed by the caller
 */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path) && statSync(path).size > maxLogBytes) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** The last lines of a log, for an error message; whatever its size, only its end is read. */
export function tailOfLog(path: string, lines: number): string {
  try {
    const file = openSync(path, 'r');
    try {
      const { size } = fstatSync(file);
      const bytes = Buffer.alloc(Math.min(size, maxTailBytes));
      readSync(file, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8').trimEnd().split('\n').slice(-lines).join('\n') || '(nothing)';
    } finally {
      closeSync(file);
    }
  } catch {
    return '(nothing)';
  }
}
