import { pino } from 'pino';
import { asLanekeeperError, messageOf } from '../../core/errors.js';
import { readUiProxyConfig, type UiProxyConfig } from './config.js';
import { startUiProxy } from './server.js';

const log = pino({ base: { process: 'ui-proxy' } });

/** Stands in front of the Temporal Web UI until the process is told to stop. */
async function main(config: UiProxyConfig): Promise<void> {
  const proxy = await startUiProxy(config);
  log.info({ port: config.port }, 'the Temporal Web UI is served on loopback');
  process.send?.({ ready: true });
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await proxy.close();
}

try {
  await main(readUiProxyConfig());
  process.exit(0);
} catch (error) {
  log.fatal({ err: error, detail: asLanekeeperError(error)?.detail }, messageOf(error));
  process.exitCode = 1;
}
