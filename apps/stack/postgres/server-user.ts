import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { execaSync } from 'execa';
import { LanekeeperError } from '../../../core/errors.js';

/** A user of the system. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

// Only used as root: where an unprivileged server can reach its programs and data when the clone is in a folder
// closed to others.
const sharedFolder = '/var/lib/lanekeeper';

const systemPath = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * The user that the server runs as: PostgreSQL refuses to run as root, so root runs it as `postgres`, which is created
 * when missing. Any other user runs it under their own account (undefined).
 */
export function serverUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const found = findUser('postgres');
  if (found !== undefined) return found;
  execaSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'], {
    stdio: 'ignore',
    reject: false,
  });
  const user = findUser('postgres') ?? findUser('nobody');
  if (user !== undefined) return user;
  throw new LanekeeperError('CONFIGURATION', {
    message: 'there is no user that PostgreSQL can run as',
    why: 'PostgreSQL refuses to run as root, and the user "postgres" could not be created',
    next: 'create a user named postgres, or run Lanekeeper as a user other than root',
  });
}

/** A folder of programs that `user` can execute: `folder` itself, or a copy when the user may not enter it. */
export function reachablePrograms(folder: string, user: SystemUser | undefined): string {
  if (user === undefined || canExecute(join(folder, 'bin', 'postgres'), user)) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  const copy = join(sharedFolder, `programs-${name}`);
  if (existsSync(join(copy, 'bin', 'postgres'))) return copy;
  const temporary = `${copy}.${process.pid}`;
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  cpSync(folder, temporary, { recursive: true, verbatimSymlinks: true });
  chmodSync(temporary, 0o755);
  try {
    renameSync(temporary, copy);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

/**
 * Creates the folder for the server's data, owned by `user`. When the user may not enter the data folder, the data is
 * in a folder of the system, and `folder` is a link to it.
 * @returns the folder as the server reaches it
 */
export function makeDataFolder(folder: string, user: SystemUser | undefined): string {
  if (user === undefined) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) {
    mkdirSync(dirname(folder), { recursive: true });
    if (canExecute(dirname(folder), user)) mkdirSync(folder, { mode: 0o700 });
    else {
      // A new name each time: data that an older link leads to may have been moved together with its link.
      const target = join(sharedFolder, `${basename(folder)}-${randomBytes(8).toString('hex')}`);
      mkdirSync(target, { recursive: true, mode: 0o700 });
      chmodSync(sharedFolder, 0o755);
      symlinkSync(target, folder);
    }
  }
  chownSync(folder, user.uid, user.gid);
  return realpathSync(folder);
}

function canExecute(path: string, user: SystemUser): boolean {
  return !execaSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], {
    ...user,
    cwd: '/',
    env: {},
    extendEnv: false,
    stdio: 'ignore',
    reject: false,
  }).failed;
}

function findUser(name: string): SystemUser | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    execaSync('id', [flag, name], { env: systemPath, extendEnv: false, reject: false }),
  );
  return uid?.failed !== false || gid?.failed !== false
    ? undefined
    : { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}
