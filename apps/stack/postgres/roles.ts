import { randomBytes } from 'node:crypto';
import { readJsonFile, writeJsonFile } from '../../../adapters/files/json-file.js';
import type { DatabasePasswords } from '../../../store/rights/grant.js';
import { type DatabaseProcess, databaseProcesses, databaseRoleOf } from '../../../store/rights/roles.js';

/** How each process reaches the database, as its own role. */
export type DatabaseUrls = Readonly<Record<DatabaseProcess, string>>;

/** A database, seen by who owns it and by each process. */
export interface ReachableDatabase {
  /** Connects as a role that owns the database, and may create roles and tables. */
  readonly adminUrl: string;
  readonly urls: DatabaseUrls;
  readonly passwords: DatabasePasswords;
}

/** The secrets of a file, which gets those that it does not have yet. Only this user can read it. */
export function secretsIn<Name extends string>(file: string, names: readonly Name[]): Readonly<Record<Name, string>> {
  const known = readJsonFile(file);
  const secrets = names.map((name) => {
    const found: unknown = typeof known === 'object' && known !== null ? Reflect.get(known, name) : undefined;
    return [name, typeof found === 'string' ? found : randomBytes(24).toString('hex')] as const;
  });
  const all = Object.fromEntries(secrets) as Record<Name, string>;
  writeJsonFile(file, all);
  return all;
}

/** A database as each process reaches it, when its owner reaches it with `adminUrl`. */
export function reachableDatabase(adminUrl: string, passwords: DatabasePasswords): ReachableDatabase {
  const urls = databaseProcesses.map((process) => {
    const url = new URL(adminUrl);
    url.username = databaseRoleOf(process);
    url.password = passwords[process];
    return [process, url.href] as const;
  });
  return { adminUrl, urls: Object.fromEntries(urls) as DatabaseUrls, passwords };
}
