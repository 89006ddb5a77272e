import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';

/**
 * What the page may do: run its own scripts and styles, and talk to the server that it came from. Nothing of anybody else,
 * nothing that compiles text, and no page of another site around it.
 * https://www.w3.org/TR/CSP3/
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
};

/** Answers a request for the page. */
export type ServePage = (request: IncomingMessage, response: ServerResponse) => void;

/** Whether a request is for the page: not for `/<package>.<Service>/<Method>`, and none that changes anything. */
export function isForPage({ method, url }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && !/^\/[a-z0-9_]+(\.[A-Za-z0-9_]+)+\/\w+/.test(url ?? '');
}

/**
 * Serves the built page: its files, which are named by their content and kept for ever, and for every other address the
 * document, which finds out itself what to show there.
 *
 * @param folder what the build has made; its files are listed once
 */
export function createPage(folder: string): ServePage {
  const serve = sirv(folder, {
    single: true,
    gzip: true,
    etag: true,
    setHeaders(response, path) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      const isNamedByContent = path.startsWith('/assets/');
      response.setHeader('cache-control', isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  return (request, response) =>
    serve(request, response, () => {
      response.writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
      response.end('there is no such file\n');
    });
}
