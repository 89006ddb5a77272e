import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectRouter } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { createValidateInterceptor } from '@connectrpc/validate';
import { createFeedServer, isForFeed } from './calendar/serve-feed.js';
import { createAuthorizationInterceptor, requireRules } from './identity/authorize.js';
import { identifyBy } from './identity/caller.js';
import { createGuard } from '../../adapters/http/guard.js';
import { respondWithError } from '../../adapters/http/proxy.js';
import type { ApiDeps } from './deps.js';
import { createErrorInterceptor } from './errors/connect-error.js';
import { checkHealth } from './health.js';
import { createLimitInterceptor } from './limits/interceptor.js';
import { createReportDoor } from './limits/report-door.js';
import { carriesReport, type Limits, limits as usualLimits } from './limits/limits.js';
import { createPage, isForPage } from './page/serve.js';
import { routeServices, services } from './services.js';

const drainMs = 5_000;

/** How long a request may take to arrive, in milliseconds, and how many connections there are at most. */
const sockets = { headersTimeout: 15_000, requestTimeout: 60_000, maxConnections: 2_000 } as const;

/** What is answered is for whoever asked, and what it says it is; the page says otherwise of its files. */
const everyAnswer = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** A running API server. */
export interface ApiServer {
  readonly port: number;
  /** Accepts no new calls, ends the streams, lets calls in flight finish, and closes. */
  close(): Promise<void>;
}

/** How an API is served. */
export interface ServerOptions {
  /** Port on loopback; 0 for any free one. */
  readonly port: number;
  /** The folder of the page; without it, RPCs alone are served. */
  readonly pageDir?: string;
  readonly limits?: Limits;
}

/**
 * Serves all RPCs over HTTP on loopback, the page, calendars that are subscribed to, and `/healthz`.
 *
 * @param report receives errors that should not have happened
 * @throws CONFIGURATION when an RPC does not say who may call it
 */
export async function startServer(
  deps: ApiDeps,
  { port, pageDir, limits = usualLimits }: ServerOptions,
  report: (error: unknown) => void,
): Promise<ApiServer> {
  requireRules(services);
  const stopping = new AbortController();
  // Each call that is under way listens to it.
  setMaxListeners(0, stopping.signal);
  const identify = identifyBy(deps.database);
  const interceptors = [
    createErrorInterceptor(report),
    createAuthorizationInterceptor(identify),
    createLimitInterceptor(limits, identify),
    createValidateInterceptor(),
  ];
  const routes = (router: ConnectRouter): void => routeServices(router, deps);
  const common = { routes, interceptors, shutdownSignal: stopping.signal };
  const rpc = connectNodeAdapter({ ...common, readMaxBytes: limits.requestBytes });
  const rpcWithReport = createReportDoor(connectNodeAdapter({ ...common, readMaxBytes: limits.reportBytes }), {
    ...{ limits, identify, report },
  });
  const page = pageDir === undefined ? undefined : createPage(pageDir);
  const feed = createFeedServer(deps, report);
  const guard = createGuard(deps.publicOrigins);
  const server = createServer((request, response) => {
    letLeave(response);
    for (const [name, value] of Object.entries(everyAnswer)) response.setHeader(name, value);
    const refusal = guard(request);
    if (refusal !== undefined) respondWithError(response, refusal.status, refusal.message);
    else if (request.url === '/healthz') void answerHealth(deps, request, response);
    else if (isForFeed(request)) feed(request, response);
    else if (page !== undefined && isForPage(request)) page(request, response);
    else if (carriesReport(request.url)) rpcWithReport(request, response);
    else rpc(request, response);
  });
  Object.assign(server, sockets);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port, // a listening TCP server has one
    async close() {
      stopping.abort(new Error('the API is stopping'));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // A client keeps its connection open after the answer; from then on it is idle.
      const sweep = setInterval(() => server.closeIdleConnections(), 20);
      const timer = setTimeout(() => server.closeAllConnections(), drainMs);
      await closed;
      clearTimeout(timer);
      clearInterval(sweep);
    },
  };
}

/** Has what is written to a client that has left lost in silence: Connect ends a stream with a write, and prints what fails. */
function letLeave(response: ServerResponse): void {
  response.once('close', () => {
    response.write = () => true;
  });
}

async function answerHealth(deps: ApiDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const health = await checkHealth(deps);
  response.writeHead(health.status === 'ok' ? 200 : 503, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : JSON.stringify(health));
}
