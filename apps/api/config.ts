import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireOrigins } from '../../adapters/http/guard.js';
import { LanekeeperError } from '../../core/errors.js';
import { parsePolicyRoots, type PolicyRoots, policyRootsVariable } from '../../core/governance/pins.js';

/** The configuration of the API process. */
export interface ApiConfig {
  /** Port on loopback; 0 for any free port. */
  readonly port: number;
  /** Connection string of the API's database role. */
  readonly databaseUrl: string;
  /** Folder of the content store. */
  readonly blobsDir: string;
  /** The digest of each tenant's installed policies. */
  readonly policyRoots: PolicyRoots;
  /** Where the enrolment process listens. */
  readonly enrolmentUrl: string;
  /** Folder of the built page; absent where only the API was built. */
  readonly pageDir?: string;
  /** Where people reach the Temporal Web UI; empty when that is not known. */
  readonly temporalUiUrl: string;
  /** Under which origins the API is reached besides loopback. */
  readonly publicOrigins: readonly string[];
}

const builtPage = fileURLToPath(new URL('../../dist/dashboard/', import.meta.url));

/** Reads the environment, here and nowhere else in api/. @throws CONFIGURATION naming everything that is missing */
export function readApiConfig(): ApiConfig {
  const env = process.env;
  const names = ['DATABASE_URL', 'LANEKEEPER_DATA', policyRootsVariable, 'LANEKEEPER_ENROLMENT_URL'] as const;
  // PORT is how the image convention tells a service its port.
  const givenPort = env['LANEKEEPER_API_PORT'] ?? env['PORT'] ?? '';
  const missing = [
    ...names.filter((name) => (env[name] ?? '') === ''),
    ...(givenPort === '' ? ['LANEKEEPER_API_PORT'] : []),
  ];
  const port = Number(givenPort);
  if (missing.length > 0 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new LanekeeperError('CONFIGURATION', {
      message: 'the API cannot start',
      why:
        missing.length > 0
          ? `not set: ${missing.join(', ')}`
          : `LANEKEEPER_API_PORT (or PORT) is not a valid port: ${givenPort}`,
      next: 'start the stack with  npm start',
    });
  }
  return {
    port,
    databaseUrl: env['DATABASE_URL'] ?? '',
    blobsDir: resolve(env['LANEKEEPER_DATA'] ?? '', 'blobs'),
    policyRoots: parsePolicyRoots(env[policyRootsVariable] ?? ''),
    enrolmentUrl: env['LANEKEEPER_ENROLMENT_URL'] ?? '',
    publicOrigins: requireOrigins(env),
    temporalUiUrl: env['LANEKEEPER_TEMPORAL_UI_URL'] ?? '',
    ...(existsSync(builtPage) && { pageDir: builtPage }),
  };
}
