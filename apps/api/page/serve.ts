import type { IncomingMessage, ServerResponse } from 'node:http';
import { assets, documentPath, type PageFile, readPageFiles } from './files.js';

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
  "trusted-types 'none'",
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
export function isForPage({ method, url }: Pick<IncomingMessage, 'method' | 'url'>): boolean {
  return (method === 'GET' || method === 'HEAD') && !/^\/[a-z0-9_]+(\.[A-Za-z0-9_]+)+\/\w+/.test(url ?? '');
}

/**
 * Serves the built page: its files, which are named by their content and kept for ever, and for every other address the
 * document, which finds out itself what to show there.
 *
 * @param folder what the build has made; it is read once
 */
export function createPage(folder: string): ServePage {
  const files = readPageFiles(folder);
  const page = files.get(documentPath);
  return (request, response) => {
    const [path = '/'] = (request.url ?? '/').split(/[?#]/, 1);
    // An asset of an older page is gone: the document in its place would be no script.
    const file = files.get(path) ?? (path.startsWith(assets) ? undefined : page);
    if (file === undefined) {
      response.writeHead(404, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
      response.end('there is no such file\n');
      return;
    }
    send(file, request, response);
  };
}

function send(file: PageFile, request: IncomingMessage, response: ServerResponse): void {
  const common = {
    ...headers,
    'cache-control': file.isNamedByContent ? 'public, max-age=31536000, immutable' : 'no-cache',
    etag: file.etag,
    vary: 'accept-encoding',
  };
  if (request.headers['if-none-match'] === file.etag) {
    response.writeHead(304, common).end();
    return;
  }
  const isCompressed = file.gzip !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  const bytes = isCompressed ? file.gzip : file.bytes;
  response.writeHead(200, {
    ...common,
    'content-type': file.type,
    'content-length': bytes.length,
    ...(isCompressed && { 'content-encoding': 'gzip' }),
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
