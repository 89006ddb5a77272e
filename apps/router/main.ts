import { pino } from 'pino';
import { startAliasRouter } from './alias-router.js';
import { readRouterConfig } from './config.js';
import { stopServices } from './service-record.js';

const log = pino({ name: 'router' });
const config = readRouterConfig();
let closing: Promise<void> | undefined;
const starting = stopServices(config.dataDir).then(() => startAliasRouter(config, (text) => log.info(text)));

function close(): void {
  closing ??= starting.then((router) => router.close()).then(() => process.exit(0));
}
process.on('SIGTERM', close);
process.on('SIGINT', close);

await starting;
log.info('ready');
// The supervisor waits for this message.
process.send?.({ ready: true });
