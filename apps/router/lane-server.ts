import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createProxyServer, proxyUpgrade } from 'httpxy';
import type { BundleRun } from './bundle-run.js';

/** What a port of a lane serves at this moment. */
export interface CurrentRun {
  /** The run that receives new requests; undefined while there is none. */
  readonly run: BundleRun | undefined;
  /** Why there is none, in plain words. */
  readonly reason: string;
}

// Each request opens its own connection to the service: over loopback it costs little, and no request can meet a
// connection that the service is just closing.
const proxy = createProxyServer({ agent: false, xfwd: true, proxyTimeout: 0 });
proxy.on('proxyRes', (response) => {
  // These headers concern the connection to the service, not the one to the client.
  delete response.headers.connection;
  delete response.headers['keep-alive'];
});

/**
 * The HTTP server behind one port of a lane. It looks up the current run for each request, so a switch is one
 * assignment.
 */
export class LaneServer {
  readonly port: number;
  readonly service: string;
  #current: () => CurrentRun;
  #server: Server | undefined;

  constructor(port: number, service: string, current: () => CurrentRun) {
    this.port = port;
    this.service = service;
    this.#current = current;
  }

  /** Starts listening. @throws when another program uses the port */
  listen(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    // Longer than clients keep idle connections, so that the clients close them first.
    server.keepAliveTimeout = 75_000;
    server.requestTimeout = 0;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port: this.port, host: '127.0.0.1', exclusive: true }, resolve);
    });
  }

  /** Stops listening; requests in flight have `graceMs` to finish. */
  async close(graceMs: number): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(timer);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = this.#find();
    if (typeof found === 'string') {
      respondWithError(response, 503, found);
      return;
    }
    const { run, address } = found;
    response.setHeader('lanekeeper-bundle', run.target.bundle);
    const release = countInFlight(run);
    response.once('close', release);
    try {
      await proxy.web(request, response, { target: address });
    } catch {
      respondWithError(
        response,
        502,
        `service ${this.service} of bundle ${run.target.bundle} did not complete its response`,
      );
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const found = this.#find();
    if (typeof found === 'string') {
      socket.end(
        `HTTP/1.1 503 Service Unavailable\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n${found}\n`,
      );
      return;
    }
    socket.once('close', countInFlight(found.run));
    socket.on('error', () => socket.destroy());
    await proxyUpgrade(found.address, request, socket, head).catch(() => undefined);
  }

  #find(): { run: BundleRun; address: { host: string; port: number } } | string {
    const { run, reason } = this.#current();
    if (run === undefined) return reason;
    const address = run.addressOf(this.service);
    if (address === undefined) return `the bundle that is live in this lane has no service ${this.service}`;
    if (address === null) return `service ${this.service} has ended and is being started again`;
    return { run, address };
  }
}

function countInFlight(run: BundleRun): () => void {
  run.inFlight += 1;
  return () => {
    run.inFlight -= 1;
  };
}

function respondWithError(response: ServerResponse, status: number, text: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' });
  response.end(`${text}\n`);
}
