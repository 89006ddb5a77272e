import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { createGuard, type RequestRefusal } from '../../adapters/http/guard.js';
import { passOn, passUpgradeOn, refuseUpgrade, respondWithError } from '../../adapters/http/proxy.js';
import type { BundleRun } from './bundle-run.js';

/** What a port of a lane serves at this moment. */
export interface CurrentRun {
  /** The run that receives new requests; undefined while there is none. */
  readonly run: BundleRun | undefined;
  /** Why there is none, in plain words. */
  readonly reason: string;
}

/**
 * The HTTP server behind one port of a lane. It looks up the current run for each request, so a switch is one
 * assignment.
 */
export class LaneServer {
  readonly port: number;
  readonly service: string;
  #current: () => CurrentRun;
  #guard: (request: IncomingMessage) => RequestRefusal | undefined;
  #server: Server | undefined;

  /** @param publicOrigins under which origins the lane is reached besides loopback */
  constructor(port: number, service: string, current: () => CurrentRun, publicOrigins: readonly string[] = []) {
    this.port = port;
    this.service = service;
    this.#current = current;
    this.#guard = createGuard(publicOrigins);
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
    const refusal = this.#guard(request);
    if (refusal !== undefined) {
      respondWithError(response, refusal.status, refusal.message);
      return;
    }
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
      await passOn(request, response, address);
    } catch {
      respondWithError(
        response,
        502,
        `service ${this.service} of bundle ${run.target.bundle} did not complete its response`,
      );
    }
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const refusal = this.#guard(request);
    if (refusal !== undefined) {
      refuseUpgrade(socket, `${String(refusal.status)} Refused`, refusal.message);
      return;
    }
    const found = this.#find();
    if (typeof found === 'string') {
      refuseUpgrade(socket, '503 Service Unavailable', found);
      return;
    }
    socket.once('close', countInFlight(found.run));
    await passUpgradeOn(request, socket, head, found.address);
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
