import { LanekeeperError } from '../../core/errors.js';
import { requireOrigins } from '../../adapters/http/guard.js';
import type { ProxyTarget } from '../../adapters/http/proxy.js';

/** The configuration of the proxy in front of the Temporal Web UI. */
export interface UiProxyConfig {
  /** Port on loopback. */
  readonly port: number;
  /** Where the Web UI itself listens: an address that no page can guess. */
  readonly target: ProxyTarget;
  readonly publicOrigins: readonly string[];
}

/** Reads the environment. @throws CONFIGURATION naming everything that is missing or wrong */
export function readUiProxyConfig(env: NodeJS.ProcessEnv = process.env): UiProxyConfig {
  const { LANEKEEPER_UI_PORT: port = '', LANEKEEPER_UI_TARGET: target = '' } = env;
  const [, host, targetPort] = /^([^:]+):(\d{1,5})$/.exec(target) ?? [];
  const publicOrigins = requireOrigins(env);
  const problems = [
    ...(/^\d{1,5}$/.test(port) ? [] : ['LANEKEEPER_UI_PORT is not a port']),
    ...(host === undefined ? ['LANEKEEPER_UI_TARGET is not an address and a port'] : []),
  ];
  if (host !== undefined && problems.length === 0)
    return { port: Number(port), target: { host, port: Number(targetPort) }, publicOrigins };
  throw new LanekeeperError('CONFIGURATION', {
    message: 'the proxy of the Temporal Web UI cannot start',
    why: problems.join('; '),
    next: 'npm start sets all of them; docs/operating.md lists them',
  });
}
