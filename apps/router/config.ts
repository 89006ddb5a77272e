import { requireOrigins } from '../../adapters/http/guard.js';
import { LanekeeperError } from '../../core/errors.js';

/** What the router reads from its environment. */
export interface RouterConfig {
  readonly databaseUrl: string;
  readonly dataDir: string;
  /** The first port that may be given to a lane. */
  readonly lanePortBase: number;
  /** How long a bundle may take to become healthy. */
  readonly healthDeadlineMs: number;
  /** What the processes of products inherit: program path, locale, time zone and temporary folder, and nothing else. */
  readonly serviceEnv: Readonly<Record<string, string>>;
  /** Under which origins lanes are reached besides loopback. */
  readonly publicOrigins?: readonly string[];
}

/** Reads the environment. @throws CONFIGURATION naming everything that is missing */
export function readRouterConfig(env: NodeJS.ProcessEnv = process.env): RouterConfig {
  const { DATABASE_URL: databaseUrl, LANEKEEPER_DATA: dataDir } = env;
  const missing = [...(databaseUrl ? [] : ['DATABASE_URL']), ...(dataDir ? [] : ['LANEKEEPER_DATA'])];
  if (!databaseUrl || !dataDir)
    throw new LanekeeperError('CONFIGURATION', {
      message: `the router needs ${missing.join(' and ')} in its environment`,
    });
  const kept = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'].flatMap((name) =>
    env[name] ? [[name, env[name]] as const] : [],
  );
  return {
    databaseUrl,
    dataDir,
    lanePortBase: positive(env['LANEKEEPER_LANE_PORT_BASE'], 7420),
    healthDeadlineMs: positive(env['LANEKEEPER_HEALTH_DEADLINE_MS'], 20_000),
    serviceEnv: Object.fromEntries(kept),
    publicOrigins: requireOrigins(env),
  };
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}
