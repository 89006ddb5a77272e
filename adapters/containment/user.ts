import type { BuildUser } from './containment.js';

/** The user `nobody` of Linux. It owns nothing and is in no group. */
const nobody: BuildUser = { uid: 65_534, gid: 65_534 };

/** As whom contained commands run: `nobody` when the worker is root, otherwise the user of the worker. */
export function buildUser(): BuildUser | undefined {
  return process.getuid?.() === 0 ? nobody : undefined;
}

/**
 * A command that gives up what is left of the rights of root and becomes another: as an unprivileged user, if one is
 * named, without capabilities, and without a way to get any.
 */
export function withoutRights(user: BuildUser | undefined, command: readonly string[]): string[] {
  const identity =
    user === undefined ? [] : ['--reuid', String(user.uid), '--regid', String(user.gid), '--clear-groups'];
  const rights = ['--no-new-privs', '--ambient-caps=-all', '--inh-caps=-all', '--bounding-set=-all'];
  return ['setpriv', ...identity, ...rights, '--', ...command];
}

/** A command that starts in a folder, entered with the rights of the command itself. */
export function startedIn(folder: string, command: string, args: readonly string[]): [string, ...string[]] {
  return ['/bin/sh', '-c', 'cd "$1" && shift && exec "$@"', 'start', folder, command, ...args];
}

/** The first process of a namespace: runs a command as its child, and ends with it. The kernel then ends the rest. */
export const firstProcess = ['/bin/sh', '-c', '"$@"; exit "$?"', 'first-process'] as const;
