import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { LanekeeperError } from '../../../core/errors.js';
import type { ChildPlan } from '../child.js';
import { identify } from '../../../adapters/process/identity.js';
import { commandLineOf } from '../../../adapters/process/command-line.js';
import { type StopStep, stopProcess } from '../../../adapters/process/stop-process.js';
import { answers, createDatabase } from '../../../store/provision.js';
import { databaseProcesses } from '../../../store/rights/roles.js';
import { postgresFolder } from './binaries.js';
import { reachableDatabase, type ReachableDatabase, secretsIn } from './roles.js';
import { makeDataFolder, reachablePrograms, serverUser, type SystemUser } from './server-user.js';

/** Fast shutdown, then immediate shutdown (recovers at the next start), then a kill. */
const stopServer: readonly StopStep[] = [
  { signal: 'SIGINT', graceMs: 10_000 },
  { signal: 'SIGQUIT', graceMs: 5_000 },
  { signal: 'SIGKILL', graceMs: 5_000 },
];

/** The embedded PostgreSQL: how to start it and how to reach it. */
export interface Cluster extends ReachableDatabase {
  readonly plan: ChildPlan;
  /** Creates the database of the application, once the server answers. */
  readonly createDatabase: () => Promise<void>;
}

const databaseName = 'lanekeeper';

/**
 * Creates the cluster of a data folder when there is none, and returns how to start and reach it.
 * @throws INTERNAL when initdb fails
 */
export async function prepareCluster(
  dataDir: string,
  port: number,
  inherited: Readonly<Record<string, string>>,
): Promise<Cluster> {
  const user = serverUser();
  const programs = reachablePrograms(postgresFolder(), user);
  const { admin, ...passwords } = secretsIn(join(dataDir, 'postgres-passwords.json'), ['admin', ...databaseProcesses]);
  const env = { PATH: inherited['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  const folder = makeDataFolder(join(dataDir, 'postgres'), user);
  await stopOrphan(folder);
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(programs, folder, user, admin, env);
  const url = (database: string): string => `postgres://postgres:${admin}@127.0.0.1:${port}/${database}`;
  const serverUrl = url('postgres');
  return {
    plan: {
      name: 'postgres',
      command: join(programs, 'bin', 'postgres'),
      args: ['-D', folder, ...settings(port).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      env,
      cwd: '/',
      logFile: join(dataDir, 'logs', 'postgres.log'),
      ...(user !== undefined && { user }),
      stop: stopServer,
      beforeStart: () => stopOrphan(folder),
      isReady: () => answers(serverUrl),
    },
    ...reachableDatabase(url(databaseName), passwords),
    createDatabase: () => createDatabase(serverUrl, databaseName),
  };
}

function settings(port: number): [string, string | number][] {
  return [
    ['port', port],
    ['listen_addresses', '127.0.0.1'],
    ['unix_socket_directories', ''],
    ['max_connections', 200],
    ['shared_buffers', '64MB'],
    ['timezone', 'UTC'],
    ['log_timezone', 'UTC'],
  ];
}

async function initialise(
  programs: string,
  folder: string,
  user: SystemUser | undefined,
  password: string,
  env: Record<string, string>,
): Promise<void> {
  // A folder that the server's user can enter, even when the data folder is closed to it.
  const secret = mkdtempSync(join(user === undefined ? tmpdir() : '/tmp', 'lanekeeper-'));
  const passwordFile = join(secret, 'password');
  try {
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user !== undefined) for (const path of [secret, passwordFile]) chownSync(path, user.uid, user.gid);
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const args = ['-D', folder, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', ...locale];
    const { failed, all, originalMessage } = await execa(join(programs, 'bin', 'initdb'), args, {
      cwd: '/',
      env,
      extendEnv: false,
      ...user,
      stdin: 'ignore',
      all: true,
      reject: false,
    });
    if (failed)
      throw new LanekeeperError('INTERNAL', {
        message: 'PostgreSQL could not initialise its data folder',
        object: folder,
        why: `${all}\n${originalMessage ?? ''}`.trim().slice(-2000),
      });
  } finally {
    rmSync(secret, { recursive: true, force: true });
  }
}

/**
 * Stops a server that a killed supervisor left running on this data folder. After a restart of the machine, the pid in
 * the file may belong to another program, and PostgreSQL would refuse to start: then the file is removed. The file of a
 * server that just died is kept, because PostgreSQL uses it to see whether some of its processes are still writing.
 */
async function stopOrphan(folder: string): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  const identity = Number.isInteger(pid) && pid > 1 ? identify(pid) : undefined;
  if (identity === undefined) return;
  if (!isServerOf(pid, folder)) {
    rmSync(pidFile, { force: true });
  } else if (!(await stopProcess(identity, stopServer))) {
    throw new LanekeeperError('CONFLICT', {
      message: `PostgreSQL (pid ${pid}) from an earlier start does not stop`,
      object: folder,
      next: `kill -9 ${pid}`,
    });
  }
}

function isServerOf(pid: number, folder: string): boolean {
  const line = commandLineOf(pid);
  return line.includes('postgres') && line.includes(folder);
}
