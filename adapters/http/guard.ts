import type { IncomingMessage } from 'node:http';
import { LanekeeperError } from '../../core/errors.js';

/** Why a request is not served, with the status to answer. */
export interface RequestRefusal {
  readonly status: 400 | 403 | 421;
  /** What happened and what to do, for whoever reads the answer. */
  readonly message: string;
}

/** Names under which this machine always knows itself. A browser resolves no foreign name to them. */
const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Keeps web pages from driving a server on loopback. A page can have its own name resolved to 127.0.0.1 (DNS rebinding) and is
 * then of the same origin as the server, so a name that is not ours is refused. A page of another site can send requests
 * without reading their answers, so those that may change something are refused when they come from one.
 *
 * @param publicOrigins under which origins the server is reached besides loopback, such as `https://lanekeeper.example`
 * @returns a function that says why a request is refused; undefined when it may be served
 */
export function createGuard(
  publicOrigins: readonly string[] = [],
): (request: IncomingMessage) => RequestRefusal | undefined {
  const publicHosts = new Set(publicOrigins.map((origin) => new URL(origin).host));
  return (request) => {
    const host = hostOf(request);
    if (host === undefined) return { status: 400, message: 'a request has one Host header, and a path as its target' };
    if (!loopbackNames.includes(host.name) && !publicHosts.has(host.full))
      return {
        status: 421,
        message: `this server is not known as ${host.full}: use 127.0.0.1 or localhost, or add its origin to LANEKEEPER_PUBLIC_ORIGINS`,
      };
    // A public name has the origins that were named for it: anybody on the way can serve another one without encryption.
    const own = publicHosts.has(host.full) ? publicOrigins : [`http://${host.full}`, ...publicOrigins];
    return mayChange(request) && isOfAnotherSite(request, own)
      ? { status: 403, message: 'a page of another site may not send this request' }
      : undefined;
  };
}

/**
 * Under which origins a server is reached besides loopback, from LANEKEEPER_PUBLIC_ORIGINS.
 * @throws CONFIGURATION when it is not a list of origins, separated by commas
 */
export function requireOrigins(env: NodeJS.ProcessEnv): readonly string[] {
  const origins = (env['LANEKEEPER_PUBLIC_ORIGINS'] ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
  const wrong = origins.find(
    (each) => !/^https?:\/\//.test(each) || !URL.canParse(each) || new URL(each).origin !== each,
  );
  if (wrong === undefined) return origins;
  throw new LanekeeperError('CONFIGURATION', {
    message: `LANEKEEPER_PUBLIC_ORIGINS names ${wrong}, which is not an origin`,
    object: 'LANEKEEPER_PUBLIC_ORIGINS',
    next: 'name scheme, host and port only, such as https://lanekeeper.example',
  });
}

/**
 * The host that a request is for, if there is no doubt about it. A target in absolute form (RFC 9112, section 3.2.2) has a
 * host of its own, which some servers prefer.
 */
function hostOf({
  rawHeaders,
  url,
  method,
}: IncomingMessage): { readonly name: string; readonly full: string } | undefined {
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host');
  const isPath = url?.startsWith('/') === true || (method === 'OPTIONS' && url === '*');
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::(\d{1,5}))?$/i.exec(hosts[0] ?? '');
  if (hosts.length !== 1 || !isPath || match === null) return undefined;
  const name = (match[1] ?? '').toLowerCase();
  return { name, full: match[2] === undefined ? name : `${name}:${match[2]}` };
}

/** WebSockets change things, and no browser keeps a page from opening one. */
function mayChange({ method, headers }: IncomingMessage): boolean {
  return !['GET', 'HEAD', 'OPTIONS'].includes(method ?? '') || headers.upgrade !== undefined;
}

/** Browsers say where a request comes from; programs that are no browsers say nothing. */
function isOfAnotherSite({ headers }: IncomingMessage, own: readonly string[]): boolean {
  const { origin } = headers;
  if (origin !== undefined && !own.includes(origin.toLowerCase())) return true;
  const site = headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
