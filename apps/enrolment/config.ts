import { requireOrigins } from '../../adapters/http/guard.js';
import { LanekeeperError } from '../../core/errors.js';
import { parsePolicyRoots, type PolicyRoots, policyRootsVariable } from '../../core/governance/pins.js';

/** The configuration of the enrolment process. */
export interface EnrolmentConfig {
  /** Port on loopback; 0 for any free port. */
  readonly port: number;
  /** Connection string of the enrolment role. */
  readonly databaseUrl: string;
  /** The digest of each tenant's installed policies. */
  readonly policyRoots: PolicyRoots;
  /** Under which origins it is reached besides loopback. */
  readonly publicOrigins: readonly string[];
}

/** Reads the environment. @throws CONFIGURATION naming everything that is missing */
export function readEnrolmentConfig(env: NodeJS.ProcessEnv = process.env): EnrolmentConfig {
  const { DATABASE_URL: databaseUrl = '', LANEKEEPER_ENROLMENT_PORT: port = '' } = env;
  const roots = env[policyRootsVariable] ?? '';
  const problems = [
    ...(databaseUrl === '' ? ['DATABASE_URL is not set'] : []),
    ...(roots === '' ? [`${policyRootsVariable} is not set`] : []),
    ...(/^\d{1,5}$/.test(port) && Number(port) <= 65_535 ? [] : ['LANEKEEPER_ENROLMENT_PORT is not a port']),
  ];
  const publicOrigins = requireOrigins(env);
  if (problems.length === 0)
    return { port: Number(port), databaseUrl, policyRoots: parsePolicyRoots(roots), publicOrigins };
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the enrolment process cannot start',
    why: problems.join('; '),
    next: 'npm start sets them; docs/operating.md lists what each process needs',
  });
}
