import { join } from 'node:path';
import { repositoryRoot, type StackConfig } from './config.js';
import type { StackPorts } from './ports.js';
import type { ChildPlan } from './child.js';

/** The configuration and addresses that our own programs are given. */
export interface ProgramEnvironment {
  readonly config: StackConfig;
  readonly ports: StackPorts;
  /** Connection string of the application's role. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

/**
 * How to start one of our own programs: it reads its configuration from the environment and sends the supervisor the
 * message `{ ready: true }`.
 */
export function programPlan(
  name: 'worker' | 'api' | 'router',
  { config, ports, databaseUrl, temporalAddress }: ProgramEnvironment,
): ChildPlan {
  return {
    name,
    command: process.execPath,
    args: ['--enable-source-maps', join(repositoryRoot, 'dist', `${name}.js`)],
    env: {
      ...config.inherited,
      ...(config.externalTemporalAddress !== undefined && config.temporalVariables),
      NODE_ENV: 'production',
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      TEMPORAL_NAMESPACE: config.namespace,
      LANEKEEPER_DATA: config.dataDir,
      LANEKEEPER_API_PORT: String(ports.api),
      LANEKEEPER_LANE_PORT_BASE: String(ports.laneBase),
      LANEKEEPER_POLICIES: config.policiesDir,
      LANEKEEPER_WORKFLOW_BUNDLE: join(repositoryRoot, 'dist', 'workflow-bundle.js'),
      ...(name === 'worker' && containmentVariables(config)),
      ...(name === 'worker' &&
        config.faultPointFolder !== undefined && { LANEKEEPER_FAULT_POINTS: config.faultPointFolder }),
    },
    cwd: config.dataDir,
    logFile: join(config.dataDir, 'logs', `${name}.log`),
  };
}

/** What the worker is told about the containment of builds. */
function containmentVariables(config: StackConfig): Record<string, string> {
  return {
    ...(config.acceptUncontained && { LANEKEEPER_UNCONTAINED: 'yes' }),
    ...(config.bubblewrapPath !== undefined && { LANEKEEPER_BWRAP: config.bubblewrapPath }),
    ...(config.buildReadable !== undefined && { LANEKEEPER_BUILD_READABLE: config.buildReadable }),
  };
}
