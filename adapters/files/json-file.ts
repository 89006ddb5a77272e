import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/**
 * Writes a JSON file by rename, readable only by its owner. Synchronous, so that a record of a process exists before
 * anything else happens.
 */
export function writeJsonFile(path: string, value: unknown): void {
  const temporary = `${path}.${process.pid}.part`;
  writeFileSync(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(temporary, path);
}

/** The value in a JSON file; undefined when there is no such file or it is not valid JSON. */
export function readJsonFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}
