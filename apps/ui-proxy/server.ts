import { createServer } from 'node:http';
import { createGuard } from '../../adapters/http/guard.js';
import { passOn, passUpgradeOn, refuseUpgrade, respondWithError } from '../../adapters/http/proxy.js';
import type { UiProxyConfig } from './config.js';

/**
 * How long the head of a request may be, in bytes. The UI has Markdown rendered by an address that holds it, and what a
 * run says about itself is up to 10,000 bytes, three times as long when encoded. Node takes 16 KiB by default.
 */
const maxHeaderSize = 64 * 1024;

/** A running proxy. */
export interface UiProxy {
  close(): Promise<void>;
}

/**
 * Serves the Temporal Web UI on loopback, and keeps web pages from driving it: the UI itself takes any host name, and lets
 * whoever reaches it start, signal and end workflows.
 */
export async function startUiProxy({ port, target, publicOrigins }: UiProxyConfig): Promise<UiProxy> {
  const guard = createGuard(publicOrigins);
  const server = createServer({ maxHeaderSize }, (request, response) => {
    const refusal = guard(request);
    if (refusal !== undefined) respondWithError(response, refusal.status, refusal.message);
    else
      void passOn(request, response, target).catch(() =>
        respondWithError(response, 502, 'the Temporal Web UI does not answer'),
      );
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = guard(request);
    if (refusal !== undefined) refuseUpgrade(socket, `${String(refusal.status)} Refused`, refusal.message);
    else void passUpgradeOn(request, socket, head, target);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
