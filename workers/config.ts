import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { childEnvironment } from '../adapters/process/child-environment.js';
import { LanekeeperError } from '../core/errors.js';
import { parsePolicyRoots, type PolicyRoots, policyRootsVariable } from '../core/governance/pins.js';
import { type MakeCurrent, makeCurrentChoices } from './deployment.js';
import { type TaskQueueRole, taskQueues } from '../temporal-config/task-queues.js';

/** What a worker process needs to know. Read from the environment once; everything missing is reported together. */
export interface WorkerConfig {
  /** How each queue that this process serves reaches the database, as a role of its own. */
  readonly databaseUrls: ReadonlyMap<TaskQueueRole, string>;
  readonly dataDir: string;
  /** The digest of each tenant's installed policies; none without the control queue, which alone evaluates gates. */
  readonly policyRoots: PolicyRoots;
  readonly workflowBundlePath: string;
  /**
   * Which task queues this process serves. All four in the embedded default: each has its own rights in PostgreSQL, but
   * whoever takes over the process has all of them.
   */
  readonly roles: readonly TaskQueueRole[];
  /** The name under which the versions of the workflow code are deployed. */
  readonly deploymentName: string;
  /** The version of the workflow code; by default its digest. */
  readonly buildId?: string;
  readonly makeCurrent: MakeCurrent;
  readonly temporal: ClientConnectConfig;
  readonly logLevel: string;
  readonly build: BuildSettings;
}

/** What builds get from this machine. */
export interface BuildSettings {
  readonly environment: Readonly<Record<string, string>>;
  readonly npmCacheFolder: string;
  /** The user's own npm configuration, which says where packages come from. */
  readonly npmUserConfig?: string;
  /** The name or path of bubblewrap; by default it is looked up on PATH. */
  readonly bubblewrap?: string;
  /** Files and folders that builds may read besides those of the system and of Node. */
  readonly readable: readonly string[];
  /** Whether builds may run without containment where the machine offers none. */
  readonly acceptUncontained: boolean;
}

/** Reads what builds get: no secret is part of it, and npm's configuration file is named, not read. */
export function readBuildSettings(env: NodeJS.ProcessEnv): BuildSettings {
  const userConfig = env['npm_config_userconfig'] ?? join(homedir(), '.npmrc');
  return {
    environment: childEnvironment(env),
    npmCacheFolder:
      env['LANEKEEPER_NPM_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lanekeeper', 'npm'),
    ...(existsSync(userConfig) && { npmUserConfig: userConfig }),
    ...(env['LANEKEEPER_BWRAP'] !== undefined && { bubblewrap: env['LANEKEEPER_BWRAP'] }),
    readable: (env['LANEKEEPER_BUILD_READABLE'] ?? '').split(delimiter).filter((path) => path.startsWith('/')),
    acceptUncontained: env['LANEKEEPER_UNCONTAINED'] === 'yes',
  };
}

/** @throws CONFIGURATION naming every variable that is missing or wrong */
export function readWorkerConfig(env: NodeJS.ProcessEnv = process.env): WorkerConfig {
  const problems: string[] = [];
  const required = (name: string): string => {
    const value = env[name];
    if (value === undefined || value === '') problems.push(`${name} is not set`);
    return value ?? '';
  };
  const dataDir = required('LANEKEEPER_DATA');
  const roles = (env['LANEKEEPER_ROLES'] ?? Object.keys(taskQueues).join(',')).split(',');
  const unknown = roles.filter((role) => !isRole(role));
  if (unknown.length > 0)
    problems.push(`LANEKEEPER_ROLES names ${unknown.join(', ')}; the roles are ${Object.keys(taskQueues).join(', ')}`);
  const makeCurrent = env['LANEKEEPER_MAKE_CURRENT'] ?? 'new';
  if (!isMakeCurrent(makeCurrent))
    problems.push(`LANEKEEPER_MAKE_CURRENT is ${makeCurrent}; it can be ${makeCurrentChoices.join(', ')}`);
  const served = roles.filter(isRole);
  const policyRoots = served.includes('control') ? required(policyRootsVariable) : '';
  const databaseUrls = new Map(served.map((role) => [role, required(databaseVariableOf(role, served, env))]));
  if (problems.length > 0) {
    throw new LanekeeperError('CONFIGURATION', {
      message: 'the worker is not configured',
      why: problems.join('; '),
      next: 'npm start sets all of them; docs/operating.md lists them',
    });
  }
  return {
    databaseUrls,
    dataDir,
    policyRoots: parsePolicyRoots(policyRoots),
    workflowBundlePath:
      env['LANEKEEPER_WORKFLOW_BUNDLE'] ?? fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)),
    roles: served,
    deploymentName: env['TEMPORAL_DEPLOYMENT_NAME'] ?? 'lanekeeper',
    ...(env['TEMPORAL_WORKER_BUILD_ID'] !== undefined && { buildId: env['TEMPORAL_WORKER_BUILD_ID'] }),
    makeCurrent: isMakeCurrent(makeCurrent) ? makeCurrent : 'new',
    temporal: loadClientConnectConfig(),
    logLevel: env['LANEKEEPER_LOG_LEVEL'] ?? 'info',
    build: readBuildSettings(env),
  };
}

/** `DATABASE_URL_<QUEUE>`; a process that serves one queue only can also be given `DATABASE_URL`. */
function databaseVariableOf(role: TaskQueueRole, served: readonly TaskQueueRole[], env: NodeJS.ProcessEnv): string {
  const own = `DATABASE_URL_${role.toUpperCase()}`;
  return served.length === 1 && env[own] === undefined ? 'DATABASE_URL' : own;
}

function isMakeCurrent(value: string): value is MakeCurrent {
  return makeCurrentChoices.some((choice) => choice === value);
}

function isRole(value: string): value is TaskQueueRole {
  return value in taskQueues;
}
