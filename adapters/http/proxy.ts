import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyServer, proxyUpgrade } from 'httpxy';

/** Where a proxied request goes. */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
}

// Each request opens its own connection to the service: over loopback it costs little, and no request can meet a
// connection that the service is just closing.
const proxy = createProxyServer({ agent: false, xfwd: true, proxyTimeout: 0 });
proxy.on('proxyRes', (response) => {
  // These headers concern the connection to the service, not the one to the client.
  delete response.headers.connection;
  delete response.headers['keep-alive'];
});

/** Passes a request on. @throws when the target did not complete its response */
export async function passOn(request: IncomingMessage, response: ServerResponse, target: ProxyTarget): Promise<void> {
  await proxy.web(request, response, { target });
}

/** Passes a connection on that becomes something else, such as a WebSocket. */
export async function passUpgradeOn(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: ProxyTarget,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  await proxyUpgrade(target, request, socket, head).catch(() => undefined);
}

/** Answers with an error in plain text, or ends a response that has begun. */
export function respondWithError(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...(status >= 500 && { 'retry-after': '1' }),
  });
  response.end(`${text}\n`);
}

/**
 * The same on a connection that was to become something else. Nobody else listens for its errors: without that, whoever
 * resets it while it is refused would end this process.
 */
export function refuseUpgrade(socket: Duplex, status: string, text: string): void {
  socket.on('error', () => socket.destroy());
  const answer = `HTTP/1.1 ${status}\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n${text}\n`;
  socket.end(answer, () => socket.destroy());
}
