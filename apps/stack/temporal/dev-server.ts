import { join } from 'node:path';
import { dynamicConfig, dynamicConfigArgs } from '../../../temporal-config/dynamic-config.js';
import { searchAttributeDefinitions } from '../../../temporal-config/search-attributes.js';
import type { StackConfig } from '../config.js';
import type { StackPorts } from '../ports.js';
import type { ChildPlan } from '../child.js';
import type { UiAddress } from './ui-address.js';
import { completeNamespace } from './complete-namespace.js';

// As fast as in memory, and safe when a process dies.
const pragmas = ['journal_mode=WAL', 'synchronous=NORMAL'];

/**
 * How to start the Temporal dev server with its state in the data folder.
 *
 * @param ui where its Web UI listens; people reach it through our proxy
 */
export function devServerPlan(config: StackConfig, ports: Pick<StackPorts, 'temporal'>, ui: UiAddress): ChildPlan {
  const address = `127.0.0.1:${ports.temporal}`;
  return {
    name: 'temporal',
    command: config.temporalPath,
    args: [
      ...[
        'server',
        'start-dev',
        '--ip',
        '127.0.0.1',
        '--port',
        String(ports.temporal),
        '--ui-ip',
        ui.host,
        '--ui-port',
        String(ui.port),
      ],
      ...[
        '--db-filename',
        join(config.dataDir, 'temporal.db'),
        '--namespace',
        config.namespace,
        '--log-level',
        'warn',
        '--disable-config-file',
        '--disable-config-env',
      ],
      ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
      ...dynamicConfigArgs(dynamicConfig),
      ...searchAttributeDefinitions.flatMap(({ name, type }) => ['--search-attribute', `${name}=${type}`]),
    ],
    env: config.inherited,
    cwd: config.dataDir,
    logFile: join(config.dataDir, 'logs', 'temporal.log'),
    isReady: () => completeNamespace(address, config.namespace),
  };
}
