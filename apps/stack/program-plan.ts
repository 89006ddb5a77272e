import { join } from 'node:path';
import { formatPolicyRoots, type PolicyRoots, policyRootsVariable } from '../../core/governance/pins.js';
import { type Program, repositoryRoot, type StackConfig } from './config.js';
import type { StackPorts } from './ports.js';
import type { ChildPlan } from './child.js';
import type { UiAddress } from './temporal/ui-address.js';
import type { DatabaseUrls } from './postgres/roles.js';

/** The configuration and addresses that our own programs are given. */
export interface ProgramEnvironment {
  readonly config: StackConfig;
  readonly ports: StackPorts;
  /** How each process reaches the database. */
  readonly databaseUrls: DatabaseUrls;
  /** What is pinned of the policies of each tenant. */
  readonly policyRoots: PolicyRoots;
  readonly temporalAddress: string;
}

/**
 * How to start one of our own programs: it reads its configuration from the environment and sends the supervisor the
 * message `{ ready: true }`.
 */
export function programPlan(
  name: Program,
  { config, ports, databaseUrls, policyRoots, temporalAddress }: ProgramEnvironment,
): ChildPlan {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', config.programs[name]],
    env: {
      ...config.inherited,
      ...(config.externalTemporalAddress !== undefined && config.temporalVariables),
      NODE_ENV: 'production',
      ...databaseVariables(name, databaseUrls),
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: config.namespace,
      LANEKEEPER_DATA: config.dataDir,
      LANEKEEPER_API_PORT: String(ports.api),
      LANEKEEPER_ENROLMENT_PORT: String(ports.enrolment),
      LANEKEEPER_ENROLMENT_URL: `http://127.0.0.1:${ports.enrolment}`,
      LANEKEEPER_LANE_PORT_BASE: String(ports.laneBase),
      [policyRootsVariable]: formatPolicyRoots(policyRoots),
      LANEKEEPER_PUBLIC_ORIGINS: config.publicOrigins,
      ...(config.externalTemporalAddress === undefined && {
        LANEKEEPER_TEMPORAL_UI_URL: `http://127.0.0.1:${ports.temporalUi}`,
      }),
      LANEKEEPER_WORKFLOW_BUNDLE: join(repositoryRoot, 'dist', 'workflow-bundle.js'),
      // One machine has one version: the one that is started.
      ...(name === 'worker' && { ...containmentVariables(config), LANEKEEPER_MAKE_CURRENT: 'always' }),
    },
    cwd: config.dataDir,
    logFile: join(config.dataDir, 'logs', `${name}.log`),
  };
}

/** How to start the proxy in front of the Temporal Web UI. */
export function uiProxyPlan(config: StackConfig, ports: StackPorts, { host, port }: UiAddress): ChildPlan {
  return {
    name: 'ui-proxy',
    command: process.execPath,
    args: ['--enable-source-maps', join(repositoryRoot, 'dist', 'ui-proxy.js')],
    env: {
      ...config.inherited,
      NODE_ENV: 'production',
      LANEKEEPER_UI_PORT: String(ports.temporalUi),
      LANEKEEPER_UI_TARGET: `${host}:${String(port)}`,
      LANEKEEPER_PUBLIC_ORIGINS: config.publicOrigins,
    },
    cwd: config.dataDir,
    logFile: join(config.dataDir, 'logs', 'ui-proxy.log'),
  };
}

/** A program is given its own way to the database, and the worker one for each of its queues. */
function databaseVariables(name: Program, urls: DatabaseUrls): Record<string, string> {
  if (name !== 'worker') return { DATABASE_URL: urls[name] };
  const queues = ['control', 'build', 'sign', 'deploy'] as const;
  return Object.fromEntries(queues.map((queue) => [`DATABASE_URL_${queue.toUpperCase()}`, urls[queue]]));
}

/** What the worker is told about the containment of builds. */
function containmentVariables(config: StackConfig): Record<string, string> {
  return {
    ...(config.acceptUncontained && { LANEKEEPER_UNCONTAINED: 'yes' }),
    ...(config.bubblewrapPath !== undefined && { LANEKEEPER_BWRAP: config.bubblewrapPath }),
    ...(config.buildReadable !== undefined && { LANEKEEPER_BUILD_READABLE: config.buildReadable }),
  };
}
